import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pack } from '../../scripts/release/pack.ts';
import { startProcess } from '../support/gateway-process.ts';

const name = 'dingtalk-graphql-gateway-9.8.7';
const files = [`${name}.tar.gz`, `${name}.cdx.json`, 'SHA256SUMS'];
const version = { version: '9.8.7', date: '2026-11-27' };

let folder: string;
let target: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gateway-release-'));
  target = path.join(folder, 'release');
  expect(await pack({ root: '.', target, ...version })).toEqual(files);
});

afterAll(() => rm(folder, { recursive: true }));

test('a copy with other times, rights and compile cache gives the same bytes', async () => {
  const root = path.join(folder, 'copy');
  await mkdir(root);
  for (const each of ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'schema.graphql'])
    await cp(each, path.join(root, each), { recursive: true });
  await utimes(path.join(root, 'dist/main.js'), 1, 1);
  await chmod(path.join(root, 'LICENSE'), 0o600);
  await writeFile(path.join(root, 'dist/compile-cache/of-another-user'), 'compiled');
  const again = path.join(folder, 'again');
  // What an interrupted run left.
  await mkdir(again);
  await writeFile(path.join(again, 'leftover'), '');

  await pack({ root, target: again, ...version });

  expect(() => execFileSync('diff', ['--recursive', '--brief', target, again])).not.toThrow();
});

test('sha256sum confirms the checksums, and finds a changed byte', async () => {
  const check = (): string =>
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {
      cwd: target,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  expect(check()).toBe(`${name}.cdx.json: OK\n${name}.tar.gz: OK\n`);

  const sbom = path.join(target, `${name}.cdx.json`);
  const text = await readFile(sbom, 'utf8');
  try {
    await writeFile(sbom, text.replace('{', '['));
    expect(check).toThrow();
  } finally {
    await writeFile(sbom, text);
  }
});

const isBuilt = (line: string): boolean => /^[^/]+\/dist\/[^/]+\.js(\.map)?$/.test(line);

test('the tarball holds what runs and what explains it, and answers where it is unpacked', async () => {
  const unpacked = path.join(folder, 'unpacked');
  await mkdir(unpacked);
  const tarball = path.join(target, `${name}.tar.gz`);
  const listed = execFileSync('tar', ['--extract', '--gzip', '--verbose', `--file=${tarball}`], {
    cwd: unpacked,
    encoding: 'utf8',
  });
  const lines = listed.trimEnd().split('\n');

  expect(lines.filter((line) => !isBuilt(line))).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/', 'package.json', 'schema.graphql'].map(
      (each) => `${name}/${each}`,
    ),
  );
  const dist = path.join(unpacked, name, 'dist');
  // Where no compile cache can be written it has to start as well.
  await writeFile(path.join(dist, 'compile-cache'), '');
  await using run = startProcess([process.execPath, path.join(dist, 'main.js')], { PORT: '0' });
  const response = await fetch(await run.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }',
    }),
  });
  expect(await response.json()).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
});
