import { execFile } from 'node:child_process';
import path from 'node:path';
import { repository } from './measure/child.ts';

/**
 * Builds the gateway and the other targets; what the compiler says where it finds something wrong.
 *
 * All of them run as JavaScript: stripping types at start costs a target time and memory that are not its own.
 */
export async function build(): Promise<string | undefined> {
  for (const project of ['tsconfig.build.json', 'bench/tsconfig.json']) {
    const problems = await compile(project);
    if (problems !== undefined) return problems;
  }
  return undefined;
}

const compile = (project: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const tsc = path.join(repository, 'node_modules/.bin/tsc');
    execFile(tsc, ['-b', project], { cwd: repository }, (error, stdout, stderr) => {
      resolve(error === null ? undefined : `${stdout}${stderr}` || error.message);
    });
  });
