import { existsSync } from 'node:fs';
import { readArguments, UsageError, type Choice } from './arguments.ts';

const oldestNode = 24;

const usage = `npm run bench -- [--quick | --scale | --replicas] [--target a,b] [--workload a,b] [--rounds n]

  --quick      the limit and the gateway at a few workloads, under a minute and a half
  --scale      processes behind one port, replicas on one Redis, many ids and many viewers
  --replicas   calls to DingTalk of 1, 3 and 10 replicas over the fewest possible, three minutes
  --target     which of them, separated by commas; the limit always runs
  --workload   which of them, separated by commas; W1 is all of W1-1, W1-32 and W1-128
  --rounds     how many rounds count, without further ones; one more goes before them
`;

const lines = (choices: readonly { readonly name: string; readonly what: string }[]): string[] =>
  choices.map(({ name, what }) => `  ${name.padEnd(21)}  ${what}`);

async function main(): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    console.error(`The benchmark needs Node ${oldestNode}: run it as npm run bench, which brings it.`);
    return 1;
  }
  if (!existsSync(new URL('node_modules', import.meta.url))) {
    console.error('The benchmark has packages of its own: run npm ci --prefix bench first.');
    return 1;
  }
  const { targets } = await import('./targets.ts');
  const { workloads } = await import('./workloads.ts');
  let choice: Choice;
  try {
    choice = readArguments(process.argv.slice(2), {
      targets: targets.map(({ name }) => name),
      workloads: workloads.map(({ name }) => name),
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  if (choice.mode === 'help') {
    console.log([usage, 'Targets:', ...lines(targets), '', 'Workloads:', ...lines(workloads)].join('\n'));
    return 0;
  }
  const { build } = await import('./build.ts');
  const problems = await build();
  if (problems !== undefined) {
    console.error(problems);
    return 1;
  }
  if (choice.mode === 'scale') {
    const { runScale } = await import('./scale/scale.ts');
    return runScale();
  }
  if (choice.mode === 'replicas') {
    const { runReplicas } = await import('./replicas/replicas.ts');
    return runReplicas();
  }
  const { run } = await import('./run.ts');
  const { saveReport } = await import('./report/save.ts');
  const report = await run(choice);
  console.log(await saveReport(report));
  const wrong = report.cells.filter(({ faultCount }) => faultCount > 0);
  for (const { workload, target, round, faultCount, faults } of wrong) {
    console.error(
      `WRONG: ${target} at ${workload}, round ${round}: ${faultCount} answers. ${faults[0] ?? ''}`,
    );
  }
  for (const line of report.failed) console.error(line);
  return wrong.length === 0 && report.failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
