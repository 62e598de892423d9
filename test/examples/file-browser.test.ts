import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, test as jestTest } from '@jest/globals';
import { titles } from '../../examples/file-browser/src/texts/texts.ts';
import { publicCodes } from '../../src/errors/codes.ts';
import { areWanted } from '../support/are-wanted.ts';
import { buildPage, example, howToInstall, installed } from './file-browser-under-test.ts';

const run = promisify(execFile);
const wanted = areWanted('the file browser', installed, howToInstall);
const test = wanted ? jestTest : jestTest.skip;

jestTest('every code of the gateway has a title in both languages', () => {
  expect(Object.keys(titles).filter((code) => code !== 'NO_GATEWAY')).toEqual(Object.keys(publicCodes));
});

jestTest('every package of the page has an exact version, a hash, and no address', async () => {
  const manifest = JSON.parse(await readFile(join(example, 'package.json'), 'utf8'));
  const lock = JSON.parse(await readFile(join(example, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<{ integrity?: string; resolved?: string }>(lock.packages).filter(
    ([path]) => path !== '',
  );

  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  const unproven = packages.filter(([, { integrity, resolved }]) => !integrity || resolved !== undefined);
  expect(unproven).toEqual([]);
});

test('the page has no type errors', async () => {
  await run('npm', ['run', '--silent', 'check'], { cwd: example });
}, 60_000);

test('the built page names no other host', async () => {
  const folder = await buildPage();
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(html|css)$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  await rm(folder, { recursive: true });

  expect(files).toHaveLength(2);
  expect(texts.join('\n')).not.toMatch(/https?:|\/\/[a-z]/);
}, 60_000);

test.each([
  // From a terminal the signal goes to the whole group.
  { name: 'Ctrl-C', end: (npm: number) => process.kill(-npm, 'SIGINT') },
  { name: 'SIGTERM to npm alone', end: (npm: number) => process.kill(npm, 'SIGTERM') },
])(
  'npm run example starts the gateway and the page, and $name ends both',
  async ({ end }) => {
    const child = spawn('npm', ['run', '--silent', 'example'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = new URL('/graphql', line.replace('open ', ''));
    const ask = () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ conversationSpace(openConversationId: \\"cid9FTRQSLo+sKxxxx\\") { spaceId } }"}',
      });

    expect(await (await ask()).json()).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
    end(child.pid!);
    await once(child, 'exit');
    await expect(ask()).rejects.toThrow('fetch failed');
  },
  120_000,
);

test('VIEWER_AUTH=session npm run example signs in with a code of the stand-in, and Ctrl-C ends everything', async () => {
  const child = spawn('npm', ['run', '--silent', 'example'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, VIEWER_AUTH: 'session' },
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const signIn = () =>
    fetch(new URL('/session', line.replace('open ', '')), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"oauthCode":"oauth.linxxxxx.1"}',
    });

  expect(await (await signIn()).json()).toMatchObject({ user: { name: 'Lin Xiaomei' } });
  process.kill(-child.pid!, 'SIGINT');
  await once(child, 'exit');
  await expect(signIn()).rejects.toThrow('fetch failed');
}, 120_000);
