import { execFile } from 'node:child_process';
import path from 'node:path';
import { repository } from './measure/child.ts';

/**
 * Builds the gateway and the other targets. Returns the compiler's errors, if any.
 *
 * All of them run as JavaScript: stripping types at start would count as the target's time and memory.
 */
export async function build(): Promise<string | undefined> {
  const tsc = path.join(repository, 'node_modules/.bin/tsc');
  const steps = [
    [tsc, '-b', 'tsconfig.build.json', 'bench/tsconfig.json'],
    [process.execPath, 'scripts/bundle.ts'],
  ] as const;
  for (const [program, ...words] of steps) {
    const problems = await run(program, words);
    if (problems !== undefined) return problems;
  }
  return undefined;
}

const run = (program: string, words: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(program, words, { cwd: repository }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${stdout}${stderr}` || error.message);
    });
  });
