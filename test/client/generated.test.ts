import { readFile } from 'node:fs/promises';
import { buildSchema } from 'graphql';
import { expect, test } from '@jest/globals';
import { gatewayCodes } from '../../client/src/index.ts';
import { generateFiles } from '../../scripts/schema/generated-files.ts';
import { publicCodes } from '../../src/errors/codes.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';
import { startGateway } from '../support/start-gateway.ts';

const generated = await generateFiles();
const errors = await readPage('docs/errors.md');
const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

test.each(Object.keys(generated))(
  '%s is what npm run schema writes: if it is stale, run that',
  async (file) => {
    expect({ [file]: await read(file) }).toEqual({ [file]: generated[file] });
  },
);

test('code, docs/errors.md, the client kit and the schema have the same codes', async () => {
  const rows = tableRows(errors, ['`code`', 'when', 'what to do', 'retryable']);
  const query = buildSchema(await read('schema.api.graphql')).getQueryType();
  const described = [...(query?.description ?? '').matchAll(/^- `(\w+)`: (.*)$/gm)];

  expect(gatewayCodes).toEqual(publicCodes);
  expect(rows.map(([code, when]) => [code, when])).toEqual(
    Object.entries(publicCodes).map(([code, when]) => [`\`${code}\``, when]),
  );
  expect(described.map(([, code, when]) => [code, when])).toEqual(Object.entries(publicCodes));
});

test('docs/errors.md has every extension of an error', async () => {
  const source = await read('src/errors/public-extensions.ts');
  const members = Array.from(source.matchAll(/^ {2}readonly (\w+)/gm), ([, name]) => `\`${name}\``);
  const rows = tableRows(errors, ['`extensions`', 'holds']);

  expect(rows.map(([name]) => name)).toEqual(members);
});

test('introspection describes the same graph as schema.api.graphql, and its codes', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(
    '{ type: __type(name: "Query") { description fields { name description } } }',
  );

  const query = buildSchema(await read('schema.api.graphql')).getQueryType();
  const fields = Object.values(query?.getFields() ?? {}).map(({ name, description }) => ({
    name,
    description,
  }));
  expect(body.data.type.description).toBe(query?.description);
  const own = body.data.type.fields.filter(({ name }: { name: string }) => !name.startsWith('_'));
  expect(own).toEqual(fields);
});

const fieldsOf = (sdl: string): string[] =>
  (sdl.replace(/^schema \{.*?\}/ms, '').match(/^ {2}\w+(?=[(:])/gm) ?? []).toSorted();

test('schema.api.graphql has nothing of federation, and every other field of the subgraph', async () => {
  const api = await read('schema.api.graphql');
  const subgraph = await read('schema.graphql');

  expect(api).not.toMatch(/@(?!specifiedBy|deprecated)\w|^directive|_Any|_Service|_Entity/m);
  expect(fieldsOf(api)).toEqual(fieldsOf(subgraph));
});

test('a field that looks up says which codes only it has', async () => {
  const space = buildSchema(await read('schema.api.graphql'))
    .getQueryType()
    ?.getFields()['conversationSpace'];

  expect(space?.description).toMatch(/ Can fail with CONVERSATION_NOT_FOUND\.$/);
});
