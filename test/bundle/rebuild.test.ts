import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';

const buildsWithinMs = 120_000;
/** The inputs of the bundle, and the tools. */
const sources = [
  'src',
  'scripts/bundle',
  'scripts/bundle.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
let project = '';
let main = '';
let entry = '';

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gateway-project-'));
  main = path.join(project, 'dist/main.js');
  entry = path.join(project, 'src/main.ts');
  for (const name of sources) await cp(name, path.join(project, name), { recursive: true });
  await symlink(path.resolve('node_modules'), path.join(project, 'node_modules'));
  expect(await build()).toBe(0);
}, buildsWithinMs);
afterAll(() => rm(project, { recursive: true }));

/** Its exit code. */
function build(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = execFile(process.execPath, ['scripts/bundle.ts'], { cwd: project }, () =>
    resolve(child.exitCode ?? -1),
  );
  return promise;
}

/** Identifies the present build, by its inode. */
const whichBuild = async (): Promise<number> => (await stat(path.dirname(main))).ino;
const foldersOfBuilds = async (): Promise<string[]> =>
  (await readdir(project)).filter((name) => name.startsWith('dist'));

async function ask(url: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ conversationSpace(openConversationId: \\"cid9FTRQSLo+sKxxxx\\") { spaceId } }"}',
  });
  return response.json();
}
const answer = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

test(
  'a running gateway keeps answering during a rebuild, and the new build starts',
  async () => {
    await using old = startProcess([process.execPath, main], { PORT: '0' });
    const url = await old.url;
    const before = await whichBuild();
    await appendFile(entry, '// changed\n');

    expect(await build()).toBe(0);

    expect(await whichBuild()).not.toBe(before);
    expect(await foldersOfBuilds()).toEqual(['dist']);
    expect(await ask(url)).toEqual(answer);
    expect(await fetch(new URL('/metrics', url))).toHaveProperty('status', 200);
    await using next = startProcess([process.execPath, main], { PORT: '0' });
    expect(await ask(await next.url)).toEqual(answer);
    old.child.kill('SIGTERM');
    expect(await old.ended).toBe(0);
  },
  buildsWithinMs,
);

test(
  'a build that is up to date is not rebuilt',
  async () => {
    const before = await whichBuild();

    expect(await build()).toBe(0);

    expect(await whichBuild()).toBe(before);
  },
  buildsWithinMs,
);

test.each([
  ['cannot be read', 'const = 1;\n'],
  ['does not start', 'process.exit(3);\n'],
])(
  'a build that %s leaves the last build in place',
  async (_how, fault) => {
    const good = await readFile(entry, 'utf8');
    const before = await whichBuild();
    await writeFile(entry, `${good}${fault}`);

    expect(await build()).toBe(1);

    expect(await whichBuild()).toBe(before);
    expect(await foldersOfBuilds()).toEqual(['dist']);
    await using run = startProcess([process.execPath, main], { PORT: '0' });
    expect(await ask(await run.url)).toEqual(answer);
    await writeFile(entry, good);
  },
  buildsWithinMs,
);

test(
  'two simultaneous builds both succeed',
  async () => {
    await appendFile(entry, '// changed again\n');

    expect(await Promise.all([build(), build()])).toEqual([0, 0]);

    expect(await foldersOfBuilds()).toEqual(['dist']);
    await using run = startProcess([process.execPath, main], { PORT: '0' });
    expect(await ask(await run.url)).toEqual(answer);
  },
  buildsWithinMs,
);
