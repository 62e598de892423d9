/**
 * Whether the tests of `what` run: where their parts are not installed it prints how to get them, and they are
 * skipped. Under CI they run, so that a missing part is a failure.
 */
export function areWanted(what: string, areInstalled: boolean, howToInstall: string): boolean {
  if (areInstalled || process.env['CI'] === 'true') return true;
  process.stdout.write(`SKIPPED: ${what}. To run it as well: ${howToInstall}\n`);
  return false;
}
