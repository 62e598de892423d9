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
  ['a field is another subgraph’s', 'corpId: ID!', 'corpId: ID! @external'],
  ['a field needs a signed-in client', 'corpId: ID!', 'corpId: ID! @authenticated'],
  ['a key is gone', 'type Space @key(fields: "spaceId")', 'type Space'],
  ['a key is different', '@key(fields: "spaceId")', '@key(fields: "corpId")'],
  ['a key has another form', 'spaceId dentryId', 'spaceId space { dentryId }'],
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
  ['a new field is inaccessible', 'corpId: ID!', 'corpId: ID!\n  label: String @inaccessible'],
  ['a field becomes non-null', 'createTime: DateTime', 'createTime: DateTime!'],
  [
    'an optional argument is new',
    'openConversationId: ID!\n  ):',
    'openConversationId: ID!\n    corpId: ID\n  ):',
  ],
  ['a field is deprecated', 'corpId: ID!', 'corpId: ID! @deprecated(reason: "old")'],
  ['a key is new', '@key(fields: "spaceId")', '@key(fields: "spaceId") @key(fields: "corpId spaceId")'],
  ['a key is spelt differently', '@key(fields: "spaceId")', '@key(fields: " spaceId ")'],
  ['a key has a comma and another order', '"spaceId dentryId"', '"dentryId,spaceId"'],
  ['a description is reworded', 'A group chat.', 'A chat of a group.'],
  ['a lookup costs more', '@cost(weight: 10)', '@cost(weight: 20)'],
  ['the version of federation is newer', 'federation/v2.9', 'federation/v2.10'],
])('not breaking: %s', async (_name, from, to) => {
  const changes = await compareSchemas(schema, edit(from, to));

  expect(changes.length).toBeGreaterThan(0);
  expect(changes.map(({ criticality }) => criticality)).not.toContain('BREAKING');
});

test.each([
  ['a lookup costs more', '@cost(weight: 10)', '@cost(weight: 20)', 'demand control'],
  ['a list is longer', 'assumedSize: 50', 'assumedSize: 500', 'demand control'],
  ['a list is assumed longer', 'sizedFields:', 'assumedSize: 500, sizedFields:', 'demand control'],
  ['a field has a tag', 'corpId: ID!', 'corpId: ID! @tag(name: "partner")', 'contract'],
  ['an answer is cached for another time', 'maxAge: 60', 'maxAge: 30', 'cache answers'],
  ['an enum has a new value', 'enum SpaceStatus {', 'enum SpaceStatus {\n  FROZEN', 'a branch'],
  ['the version of federation is newer', 'federation/v2.9', 'federation/v2.10', 'composition'],
])('may break: %s, once and with its own remedy', async (_name, from, to, remedy) => {
  const changes = await compareSchemas(schema, edit(from, to));

  expect(changes.filter(({ criticality }) => criticality !== 'NON_BREAKING')).toEqual([
    { criticality: 'DANGEROUS', message: expect.any(String), whatToDo: expect.stringContaining(remedy) },
  ]);
});

test('two keys of the same words differ by what is inside which object', async () => {
  const [before, after] = ['space { spaceId } dentryId', 'space { dentryId } spaceId'].map((key) =>
    edit('"spaceId dentryId"', `"${key}"`),
  );
  const [worst] = await compareSchemas(before!, after!);

  expect(worst).toMatchObject({
    criticality: 'BREAKING',
    message: "Other subgraphs can no longer refer to 'Dentry' by 'dentryId space { spaceId }'",
  });
});

test('a changed argument of a directive is named with its place', async () => {
  const changes = await compareSchemas(schema, edit('@cost(weight: 10)', '@cost(weight: 20)'));

  expect(changes.map(({ message }) => message)).toEqual([
    "'Conversation.space.@cost.weight' was changed or removed",
  ]);
});

interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** `npm run schema:check`, without npm. */
async function check(...files: string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/check-schema.ts', ...files], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { exitCode, output, errors };
}

test('schema.graphql has no breaking change since the last release', async () => {
  expect(await check()).toMatchObject({ exitCode: 0 });
});

test('the command prints what breaks or may break and what to do, and counts the rest', async () => {
  const other = join(directory, 'other.graphql');
  const label = edit('corpId: ID!', 'corpId: ID!\n  label: String');
  await writeFile(other, label.replace('enum SpaceStatus {', 'enum SpaceStatus {\n  FROZEN'));
  const [forth, back] = await Promise.all([check('schema.graphql', other), check(other, 'schema.graphql')]);

  expect(forth).toEqual({
    exitCode: 0,
    output: `MAY BREAK: Enum value 'FROZEN' was added to enum 'SpaceStatus'
  to do: inform the clients first: they need a branch for what they do not know yet
From schema.graphql to ${other}: 0 breaking, 1 possibly breaking, 1 safe.
`,
    errors: '',
  });
  expect(back).toEqual({
    exitCode: 1,
    output: `BREAKS: Field 'label' was removed from object type 'Space'
  to do: keep the old beside the new, mark it @deprecated and remove it in a later major release; if this is that release, accept the change with npm run schema:release
BREAKS: Enum value 'FROZEN' was removed from enum 'SpaceStatus'
  to do: keep the old beside the new, mark it @deprecated and remove it in a later major release; if this is that release, accept the change with npm run schema:release
From ${other} to schema.graphql: 2 breaking, 0 possibly breaking, 0 safe.
`,
    errors: '',
  });
});

test('where nothing breaks it prints one line', async () => {
  const withLabel = join(directory, 'with-label.graphql');
  await writeFile(withLabel, edit('corpId: ID!', 'corpId: ID!\n  label: String'));

  expect(
    await Promise.all([check('schema.graphql', 'schema.graphql'), check('schema.graphql', withLabel)]),
  ).toEqual([
    { exitCode: 0, output: 'From schema.graphql to schema.graphql: nothing has changed.\n', errors: '' },
    {
      exitCode: 0,
      output: `From schema.graphql to ${withLabel}: nothing breaks, 1 safe change.\n`,
      errors: '',
    },
  ]);
});

const usage = 'Usage: npm run schema:check [-- <released schema> <current schema>]\n';

test.each([
  [['nowhere.graphql'], 65, /^nowhere\.graphql is not the SDL of a subgraph: ENOENT/],
  [['schema.graphql', 'package.json'], 65, /^package\.json is not the SDL of a subgraph: Syntax Error/],
  [['one', 'two', 'three'], 64, /^Usage/],
])('%j is refused with the usage', async (files, exitCode, message) => {
  const run = await check(...files);

  expect(run).toMatchObject({ exitCode, output: '' });
  expect(run.errors).toMatch(message);
  expect(run.errors.endsWith(usage)).toBe(true);
});

test('an operation is no schema', async () => {
  const operation = join(directory, 'operation.graphql');
  await writeFile(operation, '{ space(spaceId: "1") { corpId } }');

  expect(await check('schema.graphql', operation)).toEqual({
    exitCode: 65,
    output: '',
    errors: `${operation} is not the SDL of a subgraph: It holds an operation or a fragment\n${usage}`,
  });
});
