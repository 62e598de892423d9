import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { compareSchemas } from '../../scripts/compare-schemas.ts';

const root = new URL('../../', import.meta.url);
const schema = await readFile(new URL('schema.graphql', root), 'utf8');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schema-check-'));
});
afterAll(() => rm(directory, { recursive: true }));

function edit(from: string, to: string): string {
  if (!schema.includes(from)) throw new Error(`The schema no longer holds ${from}`);
  return schema.replace(from, to);
}

test.each([
  ['a field is gone', '  corpId: ID!\n', '  organizationId: ID!\n'],
  ['a field may be null', 'corpId: ID!', 'corpId: ID'],
  ['a field has another type', 'modifiedTime: DateTime', 'modifiedTime: String'],
  [
    'an argument is required',
    'openConversationId: ID!\n  ):',
    'openConversationId: ID!\n    corpId: ID!\n  ):',
  ],
  ['a field is inaccessible', 'corpId: ID!', 'corpId: ID! @inaccessible'],
  ['a key is gone', 'type Space @key(fields: "spaceId")', 'type Space'],
  ['a key is different', '@key(fields: "spaceId")', '@key(fields: "corpId")'],
  ['a key no longer resolves', '@key(fields: "spaceId")', '@key(fields: "spaceId", resolvable: false)'],
])('breaking: %s', async (_name, from, to) => {
  const [worst] = await compareSchemas(schema, edit(from, to));

  expect(worst).toEqual({
    criticality: 'BREAKING',
    message: expect.any(String),
    whatToDo: expect.stringContaining('npm run schema:release'),
  });
});

test.each([
  ['a field is new', 'corpId: ID!', 'corpId: ID!\n  label: String'],
  ['a field becomes non-null', 'createTime: DateTime', 'createTime: DateTime!'],
  [
    'an optional argument is new',
    'openConversationId: ID!\n  ):',
    'openConversationId: ID!\n    corpId: ID\n  ):',
  ],
  ['a field is deprecated', 'corpId: ID!', 'corpId: ID! @deprecated(reason: "old")'],
  ['a key is new', '@key(fields: "spaceId")', '@key(fields: "spaceId") @key(fields: "corpId spaceId")'],
  ['a key is spelt differently', '@key(fields: "spaceId")', '@key(fields: " spaceId ")'],
  ['a description is reworded', 'A group chat.', 'A chat of a group.'],
  ['a lookup costs more', '@cost(weight: 10)', '@cost(weight: 20)'],
  ['the version of federation is newer', 'federation/v2.9', 'federation/v2.10'],
])('not breaking: %s', async (_name, from, to) => {
  const changes = await compareSchemas(schema, edit(from, to));

  expect(changes.length).toBeGreaterThan(0);
  expect(changes.map(({ criticality }) => criticality)).not.toContain('BREAKING');
});

interface Run {
  readonly exitCode: number;
  readonly output: string;
}

/** `npm run schema:check`, without npm. */
async function check(...files: string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/check-schema.ts', ...files], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [exitCode]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { exitCode, output };
}

test('schema.graphql has no breaking change since the last release', async () => {
  expect(await check()).toMatchObject({ exitCode: 0 });
});

test('the command prints each change and what to do, and fails only for a breaking change', async () => {
  const withLabel = join(directory, 'with-label.graphql');
  await writeFile(withLabel, edit('corpId: ID!', 'corpId: ID!\n  label: String'));
  const [added, removed] = await Promise.all([
    check('schema.graphql', withLabel),
    check(withLabel, 'schema.graphql'),
  ]);

  expect(added).toEqual({
    exitCode: 0,
    output: `NON_BREAKING: Field 'label' was added to object type 'Space'
  to do: nothing
1 changes since the last release, 0 of them breaking.
`,
  });
  expect(removed).toEqual({
    exitCode: 1,
    output: `BREAKING: Field 'label' was removed from object type 'Space'
  to do: keep the old beside the new, mark it @deprecated and remove it in a later major release; if this is that release, accept the change with npm run schema:release
1 changes since the last release, 1 of them breaking.
`,
  });
});
