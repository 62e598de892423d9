import { expect, test } from '@jest/globals';
import { Kind, parse, validate, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { exampleOperations } from '../../src/explorer/example-operations.ts';
import { liveOperations } from '../../src/explorer/live-operations.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { readPage } from '../support/pages.ts';
import { startGateway } from '../support/start-gateway.ts';

const schema = await createSchema();
const tabs = [...exampleOperations, ...liveOperations];

function aliasCount(document: DocumentNode): number {
  const [operation] = document.definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections.length : 0;
}

test.each(tabs)('$name is a valid operation of that name', ({ name, query }) => {
  const document = parse(query);

  expect(validate(schema, document)).toEqual([]);
  const [operation, ...fragments] = document.definitions;
  expect(operation).toMatchObject({ kind: Kind.OPERATION_DEFINITION, name: { value: name } });
  expect(fragments.filter(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION)).toEqual([]);
});

test.each(tabs)('$name takes every id from a variable with a value', ({ query, variables }) => {
  const declared: string[] = [];
  const literals: string[] = [];
  visit(parse(query), {
    VariableDefinition: ({ variable }) => void declared.push(variable.name.value),
    StringValue: ({ value }) => void literals.push(value),
  });

  expect(Object.keys(variables)).toEqual(declared);
  expect(literals).toEqual([]);
});

test.each(tabs)('$name begins with a comment on what it shows', ({ query }) => {
  expect(query).toMatch(/^# \S.*\n(# .*\n)*query /);
});

test('fifty aliases look up twenty-five conversations, each one twice', () => {
  const { query, variables } = exampleOperations.find(({ name }) => name === 'FiftyAliases')!;

  expect(aliasCount(parse(query))).toBe(50);
  expect(new Set(Object.values(variables)).size).toBe(25);
});

/** The answer of the tab with this name, and the calls that it took. */
async function run(name: string) {
  await using gateway = await startGateway();
  const { query, variables } = exampleOperations.find((operation) => operation.name === name)!;
  const { body } = await gateway.query(query, variables);
  const apis = gateway.upstream.calls.map(({ api }) => api).filter((api) => api !== 'accessToken');
  return { ...body, apis };
}

const namesIn = ({ children }: any): string[] | undefined => children?.nodes.map(({ name }: any) => name);

test('the tab with the files of a group shows two levels, and a virus as one error', async () => {
  const { data, errors } = await run('GroupFiles');

  const { nodes } = data.conversation.space.dentries;
  expect(nodes).toHaveLength(7);
  expect(nodes.flatMap((node: any) => namesIn(node) ?? []).toSorted()).toEqual(
    ['2022', 'Setup 安装.exe', '发布会 Launch.mp4', '团队合影 Team photo.png', '模型 Model.glb'].toSorted(),
  );
  expect(errors).toMatchObject([{ extensions: { code: 'DENTRY_BLOCKED' } }]);
});

test('the tab with fifty files takes four calls, as it says', async () => {
  const { data, errors, apis } = await run('FiftyFiles');

  const { nodes, pageInfo } = data.conversation.space.dentries;
  expect(errors).toBeUndefined();
  expect(nodes).toHaveLength(50);
  expect(nodes.every(({ thumbnail }: any) => thumbnail !== null)).toBe(true);
  expect(pageInfo).toEqual({ hasNextPage: true, endCursor: expect.any(String) });
  expect(apis).toEqual(['conversationSpace', 'dentries', 'thumbnails', 'thumbnails']);
});

test('the tab that opens a file has a link and a signed request', async () => {
  const { data, errors } = await run('OpenFile');

  expect(errors).toBeUndefined();
  expect(data.dentry).toMatchObject({
    preview: { url: expect.stringContaining('/previews/798xxxxx/2001'), hasWatermark: true },
    download: { urls: [expect.stringContaining('/objects/798xxxxx/2001/')] },
  });
});

test('the ids of the first tab are those that the page on the sandbox explains', async () => {
  const { query } = exampleOperations[0];
  const page = await readPage('docs/sandbox.md');

  const ids = query.match(/\b(?:cid9\S+xxxx|cid\.\S+\w|chat9\w+|798x+|[12]0\d\d)\b/g) ?? [];

  expect(ids).toEqual([
    'cid9FTRQSLo+sKxxxx',
    'cid.demo.<anything',
    'cid.demo.big',
    'cid.<code',
    'cid.permissionDenied',
    'chat9FTRQSLo',
    '798xxxxx',
    '1001',
    '2001',
    '2008',
    '2009',
  ]);
  expect(ids.filter((id) => !page.includes(`\`${id}`))).toEqual([]);
});

const group = 'cid9FTRQSLo+sKxxxx';
test.each<[string, Record<string, string>]>([
  ['Welcome', { group }],
  ['FirstFiles', { group }],
  ['OpenFile', { spaceId: '798xxxxx', dentryId: '2001' }],
])('live, %s costs what it says, and nothing before someone writes an id', async (name, ids) => {
  await using gateway = await startGateway();
  const { query, variables, calls } = liveOperations.find((operation) => operation.name === name)!;
  const made = () => gateway.upstream.calls.filter(({ api }) => api !== 'accessToken').length;

  const untouched = await gateway.query(query, variables);
  const before = made();
  const { body } = await gateway.query(query, ids);

  expect(untouched.body.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  expect(before).toBe(0);
  expect(body.errors).toBeUndefined();
  expect(made()).toBe(calls);
  expect(query).toContain(`# Costs ${calls === 1 ? 'one call' : `${calls} calls`} at most`);
  expect(Object.keys(ids)).toEqual(Object.keys(variables));
});
