import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composition, rooms } from '../../scripts/lint/rooms.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';

const repository = join(import.meta.dirname, '../..');

/** Files of `src/` with oxlint's finding for each; undefined if there is none. */
const probes: readonly (readonly [file: string, code: string, finding: string | undefined])[] = [
  ['cache/value.ts', `import { a } from '../server/a.ts';\nexport const b = a;`, 'cache may not import'],
  ['cache/type.ts', `import type { A } from '../server/a.ts';\nexport type B = A;`, 'cache may not import'],
  ['cache/export.ts', `export { a } from '../server/a.ts';`, 'cache may not import'],
  ['cache/export-all.ts', `export * from '../server/a.ts';`, 'cache may not import'],
  ['cache/dynamic.ts', `export const a = () => import('../server/a.ts');`, 'cache may not import'],
  ['cache/inline-type.ts', `export type B = import('../server/a.ts').A;`, 'consistent-type-imports'],
  ['cache/environment.ts', `export const a = process.env['A'];`, 'no-process-env'],
  ['main.ts', `export const a = process.env['A'];`, undefined],
  ['cache/chamber.ts', `export { a } from '../dingtalk/http/a.ts';`, 'cache may not import'],
  ['cache/allowed.ts', `export { a } from '../dingtalk/dingtalk.ts';`, undefined],
  ['cache/inside.ts', `export { b } from './value.ts';`, undefined],
  ['cache/nested/deep.ts', `export { a } from '../../server/a.ts';`, 'cache may not import'],
  ['dingtalk/tokens/chamber.ts', `export { a } from '../http/a.ts';`, 'dingtalk/tokens may not import'],
  ['dingtalk/tokens/value.ts', `export { a } from '../dingtalk.ts';`, 'dingtalk/tokens may not import'],
  ['dingtalk/tokens/type.ts', `export type { A } from '../dingtalk.ts';`, undefined],
  ['redis/types.ts', `import type { A } from '../config/a.ts';\nexport type B = A;`, undefined],
  ['redis/inline.ts', `import { type A } from '../config/a.ts';\nexport type B = A;`, 'redis may not import'],
  ['cache/template.ts', 'export const a = () => import(`../server/a.ts`);', 'in quotes'],
  ['cache/computed.ts', `export const a = (b: string) => import(b);`, 'in quotes'],
  ['cache/equals.ts', `import a = require('../server/a.ts');\nexport const b = a;`, 'write import'],
  ['cache/declared.ts', `declare module '../server/a.ts' {\n  export const c = 1;\n}`, 'declare no module'],
  ['cache/require.ts', `export { createRequire } from 'node:module';`, 'may import node:module'],
  ['cache/process.ts', `export { env } from 'node:process';`, 'may import node:process'],
  ['redis/mixed.ts', `export { a, type A } from '../config/a.ts';`, 'redis may not import config/a.ts'],
  ['sandbox/gateway.ts', `export type { A } from '../errors/a.ts';`, 'sandbox may not import'],
  ['server/up.ts', `export { a } from '../gateway.ts';`, 'server may not import gateway.ts'],
  ['server/out.ts', `export { a } from '../../scripts/a.ts';`, 'server may not import'],
  ['attic/room.ts', `export { a } from '../errors/a.ts';`, 'is in no room'],
  ['gateway.ts', `export { a } from './server/a.ts';`, undefined],
  ['async/graphql.ts', `export type { GraphQLError } from 'graphql';`, 'may import graphql'],
  ['errors/graphql.ts', `export { GraphQLError } from 'graphql';`, undefined],
  ['dingtalk/http/other.ts', `export { got } from 'got';`, 'only dingtalk/http/client.ts may import got'],
  ['dingtalk/http/client.ts', `export { got } from 'got';`, undefined],
  ['errors/circle-a.ts', `export type { B } from './circle-b.ts';\nexport type A = 1;`, 'no-cycle'],
  ['errors/circle-b.ts', `export type { A } from './circle-a.ts';\nexport type B = 1;`, 'no-cycle'],
];

/** The rooms that the probes import. */
const imported = ['server', 'dingtalk/http', 'config', 'errors', '../scripts'];
let folder: string;
let findings: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rooms-'));
  const write = async (file: string, code: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${code}\n`);
  };
  await cp(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await cp(join(repository, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
  await write('package.json', '{ "type": "module" }');
  const declarations = 'export const a = 1;\nexport type A = 1;';
  for (const room of imported) await write(`src/${room}/a.ts`, declarations);
  await write('src/dingtalk/dingtalk.ts', declarations);
  for (const [file, code] of probes) await write(`src/${file}`, code);
  findings = await lint();
}, 30_000);
afterAll(() => rm(folder, { recursive: true }));

/** One line for each finding: file, position, message and rule. */
async function lint(): Promise<string[]> {
  const oxlint = join(repository, 'node_modules/oxlint/bin/oxlint');
  return await new Promise((resolve) => {
    execFile(process.execPath, [oxlint, '--format=unix', 'src'], { cwd: folder }, (_error, stdout) => {
      resolve(stdout.split('\n'));
    });
  });
}

test.each(probes)('src/%s: %j', (file, _code, finding) => {
  const ofFile = findings.filter((line) => line.includes(`src/${file}:`));

  expect(ofFile).toEqual(finding === undefined ? [] : [expect.stringContaining(finding)]);
});

const inWords = (allowed: string): string =>
  allowed.startsWith('type ') ? `${allowed.slice(5)}'s types` : basename(allowed);

describe('the table matches src/', () => {
  const src = join(repository, 'src');

  test('every folder of src/ is a room or composes the gateway', async () => {
    const entries = await readdir(src);

    expect(entries.filter((entry) => !(entry in rooms) && !composition.includes(entry))).toEqual([]);
  });

  test('every folder of dingtalk/ and server/ is a room of its own', async () => {
    const folders = await Promise.all(
      ['dingtalk', 'server'].map(async (room) => {
        const entries = await readdir(join(src, room), { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${room}/${name}`);
      }),
    );

    expect(folders.flat().filter((folderName) => !(folderName in rooms))).toEqual([]);
  });

  test('every room exists, and imports only rooms and files that exist', () => {
    const names = [...Object.keys(rooms), ...composition, ...Object.values(rooms).flat()];

    expect(names.filter((name) => !existsSync(join(src, name.replace(/^type /, ''))))).toEqual([]);
  });

  test('docs/architecture.md says who may import whom', async () => {
    const rows = tableRows(await readPage('docs/architecture.md'), ['room', 'holds', 'may import']);
    expect(rows.map(([room = '', , mayImport]) => [room.replaceAll(/[`/]/g, ''), mayImport])).toEqual([
      ...Object.entries(rooms)
        .filter(([room]) => !room.includes('/'))
        .map(([room, allowed]) => {
          const others = allowed.filter((each) => !each.startsWith(`${room}/`));
          return [room, others.map(inWords).join(', ') || '–'];
        }),
      ...['process', 'gateway.ts', 'main.ts'].map((name) => [name, 'everything']),
    ]);
  });

  test('docs/architecture.md lists every dependency', async () => {
    const rows = tableRows(await readPage('docs/architecture.md'), ['package', 'for', 'why this one']);
    const { dependencies } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));

    const listed = rows.flatMap(([names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    // The packages of OpenTelemetry are one row.
    const expected = Object.keys(dependencies).map((name) => name.replace(/^(@opentelemetry\/).*/, '$1*'));
    expect(listed.toSorted()).toEqual([...new Set(expected)].toSorted());
  });
});
