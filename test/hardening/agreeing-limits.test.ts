import { expect, test } from '@jest/globals';
import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { defaultLimits } from '../../src/config/default-limits.ts';
import { variables } from '../../src/config/variables.ts';
import { lookupOf } from '../../src/graph/loading/looks-up.decorator.ts';
import { endpoints, schema } from '../support/endpoints.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway } from '../support/start-gateway.ts';

const typeOf = (name: string): GraphQLObjectType => schema.getType(name) as GraphQLObjectType;
const fieldsOf = (type: GraphQLObjectType): readonly GraphQLField<unknown, unknown>[] =>
  Object.values(type.getFields());
const argumentsOf = ({ args }: GraphQLField<unknown, unknown>, id: string): string => {
  const required = args.filter(isRequiredArgument);
  return required.length > 0 ? `(${required.map(({ name }) => `${name}: "${id}"`).join(', ')})` : '';
};

/** `__typename` and every field; of what is below, `__typename` and all leaves, and of a connection its rows' as well. */
const everyField = (type: GraphQLObjectType): string =>
  `{ __typename ${fieldsOf(type)
    .map((field) => `${field.name}${argumentsOf(field, '0')} ${leaves(field)}`)
    .join(' ')} }`;

function leaves(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return '';
  const below = fieldsOf(type)
    .filter((each) => isLeafType(getNamedType(each.type)))
    .map(({ name }) => name);
  const rows = type.getFields()['nodes'];
  return `{ __typename ${below.join(' ')} ${rows ? `nodes ${leaves(rows)}` : ''} }`;
}

const space = typeOf('Space');
const failing = fieldsOf(space).filter((field) => lookupOf(field));
const perRow = {
  lookups: 1 + new Set(failing.map((field) => lookupOf(field)?.endpoint)).size,
  failures: failing.length,
};
const rows = defaultLimits().lookups / perRow.lookups;
const each = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const aliases = `{ ${each(rows, (index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") ${everyField(space)}`).join(' ')} }`;

test('the default limits agree with each other and with the fields of the schema', () => {
  const { lookups, aliases: mostAliases, queryTokens, errors, answerFields } = defaultLimits();
  // Throws beyond the limit.
  parse(aliases, { maxTokens: queryTokens });

  expect({ lookups, errors }).toEqual({ lookups: rows * perRow.lookups, errors: rows * perRow.failures });
  expect(rows).toBe(50);
  // A judge of others sends 101, and takes an answer for a fault.
  expect(mostAliases).toBe(100);
  // Sixty groups, the fields on the way to their rows, and fifty rows of seven fields.
  expect(answerFields).toBeGreaterThanOrEqual(60 * (7 + 50 * (1 + 7)));
});

test('the defaults of the answer grow with the lookups, and none becomes smaller', () => {
  expect(defaultLimits(1)).toEqual(defaultLimits());
  expect(defaultLimits(1000)).toEqual({
    ...defaultLimits(),
    aliases: 500,
    errors: 1500,
    answerFields: 125_000,
  });
  const { MAX_LOOKUPS_PER_REQUEST: most, MAX_ERRORS, MAX_ANSWER_FIELDS } = variables;
  const { errors, answerFields } = defaultLimits(10_000);
  expect(most.schema.safeParse('10000').success).toBe(true);
  expect(MAX_ERRORS.schema.safeParse(String(errors)).success).toBe(true);
  expect(MAX_ANSWER_FIELDS.schema.safeParse(String(answerFields)).success).toBe(true);
});

test('fifty aliases of every field of a space, with __typename, are answered', async () => {
  await using gateway = await startGateway();

  const { status, body } = await gateway.query(aliases);

  const found: readonly any[] = Object.values(body.data);
  expect([status, found.length, found.filter((row) => row?.partitions && row.dentries?.nodes)]).toEqual([
    200,
    50,
    found,
  ]);
  expect(body.errors).toBeUndefined();
  expect(gateway.upstream.calls.filter(({ api }) => api !== 'accessToken')).toHaveLength(200);
});

test('each field of fifty rows that fails has its error', async () => {
  await using gateway = await startGateway();
  for (const { name } of endpoints.filter((endpoint) => endpoint.name !== 'conversationSpace'))
    gateway.upstream.addFault(name as never, { kind: 'error', code: 'permissionDenied' }, 200);

  const { body } = await gateway.query(aliases);

  const missing = Object.entries<any>(body.data).flatMap(([alias, row]) =>
    failing.filter(({ name }) => row[name] === null).map(({ name }) => `${alias}.${name}`),
  );
  expect(missing).toHaveLength(rows * perRow.failures);
  expect(body.errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual(missing.toSorted());
  expect(new Set(body.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['FORBIDDEN']));
});

const groupsWithFiles = `query ($groups: [ID!]!) {
  conversations(openConversationIds: $groups) {
    openConversationId
    space {
      spaceId
      dentries(first: 50) {
        nodes { __typename dentryId name type size modifiedTime readOnly }
      }
    }
  }
}`;

test('sixty groups with their files are one query, and a group that fails has its error at its place', async () => {
  await using gateway = await startGateway();
  const groups = each(60, (index) => `cid.demo.${index}`)
    .with(7, 'cid.unknown')
    .with(8, '')
    .with(9, 'cid.demo.big');

  const { status, body } = await gateway.query(groupsWithFiles, { groups });

  expect([status, body.data.conversations.length]).toEqual([200, 60]);
  expect(
    body.data.conversations.flatMap((row: any, index: number) =>
      row?.space?.dentries?.nodes.length > 0 ? [] : index,
    ),
  ).toEqual([7, 8]);
  expect(body.data.conversations[9].space.dentries.nodes).toHaveLength(50);
  expect(body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
    ['conversations.8', 'BAD_USER_INPUT'],
    ['conversations.7.space', 'CONVERSATION_NOT_FOUND'],
  ]);
  // Of the bad id there is no call.
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(59);
  expect(gateway.upstream.callsTo('dentries')).toHaveLength(58);
});

test('sixty groups with fifty files each stay within the limits', async () => {
  await using gateway = await startGateway();
  const query = `query { ${each(60, (index) => `a${index}: space(spaceId: "space.demo.big") { dentries(first: ${50 - (index % 2)}) { nodes { __typename dentryId name type size modifiedTime readOnly } } }`).join(' ')} }`;

  const { status, body } = await gateway.query(query);

  expect([status, body.errors]).toEqual([200, undefined]);
  expect(Object.values<any>(body.data).map(({ dentries }) => dentries.nodes.length)).toEqual(
    each(60, (index) => 50 - (index % 2)),
  );
});

test.each<[string, RegExp, Record<string, unknown>, (url: string) => Promise<string | undefined>]>([
  [
    'a body over the limit by its length',
    /^The body is too long/,
    { limit: 262_144, asked: 300_000, variable: 'MAX_BODY_BYTES' },
    (url) =>
      raw(url, 'POST /graphql HTTP/1.1', [
        ['content-type', 'application/json'],
        ['content-length', '300000'],
      ]),
  ],
  [
    'headers over the limit',
    /^The headers are too long/,
    { limit: 16_384, asked: 16_385, variable: 'MAX_HEADER_BYTES' },
    (url) => raw(url, 'POST /graphql HTTP/1.1', [['x-long', 'x'.repeat(17_000)]]),
  ],
  [
    'a URL over the limit',
    /^The URL is too long/,
    { limit: 16_384, asked: 16_385, variable: 'MAX_HEADER_BYTES' },
    (url) => raw(url, `GET /graphql?query=${'x'.repeat(17_000)} HTTP/1.1`, []),
  ],
  [
    'an answer over the limit',
    /^The answer has/,
    { limit: 1024, asked: expect.any(Number), variable: 'MAX_ANSWER_BYTES' },
    async (url) =>
      (
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ __schema { types { name description } } }' }),
        })
      ).text(),
  ],
])('%s says which limit it exceeds', async (_what, message, exceeded, send) => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_BYTES: '1024' } });

  const { errors } = JSON.parse((await send(gateway.url)) ?? '{}');

  expect(errors).toEqual([
    {
      message: expect.stringMatching(message),
      extensions: { code: expect.any(String), retryable: false, ...exceeded },
    },
  ]);
  expect(Object.keys(variables)).toContain(exceeded['variable']);
});

const raw = async (
  url: string,
  requestLine: string,
  headers: readonly (readonly [string, string])[],
): Promise<string | undefined> => (await sendRaw(url, rawRequest(requestLine, headers)))?.body;
