import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { test } from '@jest/globals';
import { findProgram } from '../../scripts/support/find-program.ts';

/** A test that needs a program of Debian: skipped with a message where it is not installed. */
export function testWithProgram(program: string, debianPackage: string): typeof test | typeof test.skip {
  if (findProgram(program) !== undefined) return test;
  console.warn(
    `Tests with ${program} are skipped: install ${debianPackage} (Debian: apt-get install ${debianPackage}).`,
  );
  return test.skip;
}

export interface Run extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it has printed on both outputs, once it has ended, without colours. */
  readonly output: Promise<string>;
}

/** Starts a program of the PATH. */
export function run(program: string, ...args: readonly string[]): Run {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = once(child, 'close');
  return {
    child,
    output: ended.then(() => stripVTControlCharacters(output)),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
