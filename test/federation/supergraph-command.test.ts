import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { livingInGroup } from './process-group.ts';
import { areWanted } from './supergraph-under-test.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const withinMs = 90_000;

const wanted = areWanted('npm run supergraph');

interface Command {
  readonly child: ChildProcess;
  readonly group: number;
  /** What it and its programs have printed so far. */
  output(): string;
  /** Resolves once it has printed `words`; rejects if it ends before. */
  printed(words: string): Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves once nothing can print any more. */
  readonly closed: Promise<unknown>;
}

// SIGKILL leaves the file of the supergraph behind.
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'supergraph-command-'));
});
afterAll(() => rm(directory, { recursive: true }));

const groups: number[] = [];
afterEach(() => {
  for (const group of groups.splice(0)) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // All of it has ended, as it should.
    }
  }
});

function run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Command {
  const { PATH, HOME } = process.env;
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH, HOME, TMPDIR: directory, ...environment },
    // A separate process group, which all programs of the supergraph are in.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid!;
  groups.push(group);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    group,
    output: () => output,
    async printed(expected) {
      while (!output.includes(expected)) {
        const early = await Promise.race([once(child.stdout, 'data'), ended]);
        if (!Array.isArray(early))
          throw new Error(`ended by ${early} before it printed ${expected}: ${output}`);
      }
    },
    ended,
    closed: once(child, 'close'),
  };
}

const start = ['node', 'examples/supergraph/start.ts'];
/** Every program has its stderr, so that its pipe closes with the last of them. */
async function everythingEnded({ closed, group }: Command): Promise<void> {
  await closed;
  await eventually(async () => (await livingInGroup(group)).length === 0);
}

/** The process of a program of the supergraph, once it runs. */
async function program({ group }: Command, words: string): Promise<number> {
  let pid: number | undefined;
  await eventually(async () => {
    pid = (await livingInGroup(group)).find(({ command }) => command.includes(words))?.pid;
    return pid !== undefined;
  }, withinMs);
  return pid!;
}

(wanted ? describe : describe.skip)('npm run supergraph', () => {
  test(
    'prints a table and a query that works as it is pasted, and ends everything if npm gets SIGTERM',
    async () => {
      const command = run(['npm', 'run', 'supergraph']);
      await command.printed('Ctrl-C ends all of them.');
      const printed = command.output();
      const curl = /^ +(curl [^]*?'\n)/m.exec(printed)![1]!;
      const { stdout } = await promisify(execFile)('sh', ['-c', curl]);
      const members = await livingInGroup(command.group);
      command.child.kill('SIGTERM');
      await command.ended;

      for (const name of [
        'Hive Gateway',
        'Apollo Gateway',
        'dingtalk',
        'chat-titles',
        'space-labels',
        'file-labels',
      ])
        expect(printed).toMatch(new RegExp(`^  ${name} +[a-z].* +http://127.0.0.1:\\d+/`, 'm'));
      expect(JSON.parse(stdout)).toMatchObject({
        data: {
          chats: [{ title: 'The example of the API page', space: { label: 'label of 798xxxxx' } }, {}, {}],
          pinnedFiles: [{ size: expect.any(Number), labels: ['plan', 'to read'] }, {}, {}],
        },
      });
      for (const words of ['npm run', 'start.ts', 'src/main.ts', 'bin.js supergraph', 'apollo-gateway.mjs'])
        expect(members.filter(({ command: line }) => line.includes(words))).toHaveLength(1);
      await everythingEnded(command);
    },
    withinMs,
  );

  test(
    'SIGKILL of npm, or of the command itself, ends all programs',
    async () => {
      const [byNpm, alone] = [run(['npm', 'run', 'supergraph']), run([...start, '--json'])];
      await Promise.all([byNpm.printed('Ctrl-C'), alone.printed('"file-labels"')]);
      byNpm.child.kill('SIGKILL');
      alone.child.kill('SIGKILL');

      await Promise.all([everythingEnded(byNpm), everythingEnded(alone)]);
    },
    withinMs,
  );

  test(
    'a program that ends is named, and ends all others with exit code 1',
    async () => {
      const command = run([...start, '--json']);
      await command.printed('"file-labels"');
      process.kill(await program(command, 'apollo-gateway.mjs'), 'SIGKILL');

      expect(await command.ended).toBe(1);
      expect(command.output()).toContain('Apollo Gateway ended by SIGKILL');
      await everythingEnded(command);
    },
    withinMs,
  );

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s during the start, twice, ends what has been started',
    async (signal) => {
      const command = run(start);
      await program(command, 'src/main.ts');
      command.child.kill(signal);
      command.child.kill(signal);

      expect(await command.ended).toBe(0);
      expect(command.output()).not.toContain('http://');
      await everythingEnded(command);
    },
    withinMs,
  );

  test(
    'ends everything if nobody reads what it prints',
    async () => {
      const command = run(start);
      command.child.stdout!.destroy();

      expect(await command.ended).toBe(0);
      await everythingEnded(command);
    },
    withinMs,
  );

  test(
    'a router whose port another program has is named, and nothing stays',
    async () => {
      const other = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const command = run(start, { HIVE_GATEWAY_PORT: String(port) });

      expect(await command.ended).toBe(1);
      expect(command.output()).toContain('Hive Gateway ended by exit code 1');
      await everythingEnded(command);
      other.close().closeAllConnections();
    },
    withinMs,
  );

  test.each([
    [['--yaml'], {}, 'Usage: npm run supergraph [-- --json]\n'],
    [
      [],
      { APOLLO_GATEWAY_PORT: '70000' },
      'APOLLO_GATEWAY_PORT must be a port from 1 to 65535, or unset for a free one\n',
    ],
  ])('%j with %j is refused before anything starts', async (words, environment, message) => {
    const command = run([...start, ...words], environment);

    expect(await command.ended).toBe(64);
    expect(command.output()).toBe(message);
  });
});
