import { expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { startGateway } from '../support/start-gateway.ts';

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Smaller than the defaults, so that the operations beyond them are short. */
const small = {
  MAX_LOOKUPS_PER_REQUEST: '50',
  MAX_ALIASES: '50',
  MAX_QUERY_TOKENS: '1000',
  MAX_ANSWER_FIELDS: '10000',
  MAX_ERRORS: '20',
};

const tooComplex = (message: unknown, exceeded: object) => ({
  status: 422,
  body: {
    errors: [{ message, extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false, ...exceeded } }],
  },
});
const variableOf: Readonly<Record<string, string>> = {
  'root fields': 'MAX_ALIASES',
  aliases: 'MAX_ALIASES',
  directives: 'MAX_QUERY_DIRECTIVES',
  'levels of fields': 'MAX_QUERY_DEPTH',
};
const tooMany = (asked: number, what: string, limit: number) =>
  tooComplex(`This operation has ${asked} ${what}; the limit is ${limit}: split it.`, {
    limit,
    asked,
    ...(variableOf[what] !== undefined && { variable: variableOf[what] }),
  });
const tooLong = tooComplex('This document has more than 1000 tokens: split it.', {
  limit: 1000,
  asked: 1001,
  variable: 'MAX_QUERY_TOKENS',
});

const space = (index: number | string) =>
  `conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`;

test('fifty aliases of 25 ids are answered by 25 calls', async () => {
  await using gateway = await startGateway();
  const query = `{ ${times(50, (index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index % 25}") { spaceId corpId createTime modifiedTime }`)} }`;

  const { status, body } = await gateway.query(query);

  expect([status, body.errors, Object.keys(body.data)]).toEqual([
    200,
    undefined,
    Array.from({ length: 50 }, (_, index) => `a${index}`),
  ]);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(25);
});

const list = (count: number, id: (index: number) => string) => ({
  list: Array.from({ length: count }, (_, index) => ({
    __typename: 'Conversation',
    openConversationId: id(index),
  })),
});
const entities =
  'query ($list: [_Any!]!) { _entities(representations: $list) { ... on Conversation { space { spaceId } } } }';

test.each<[string, string, Record<string, unknown>, number]>([
  ['by aliases', `{ ${times(51, (index) => `a${index}: ${space(index)}`)} }`, {}, 51],
  [
    'through fragments within fragments',
    `{ ...A ...B } fragment A on Query { ...B ${times(26, (index) => `a${index}: ${space(index)}`)} }
     fragment B on Query { ... on Query { ${times(25, (index) => `b${index}: ${space(`b${index}`)}`)} } }`,
    {},
    51,
  ],
  [
    'by variables and their defaults',
    `query (${times(17, (index) => `$v${index}: ID!, $d${index}: ID! = "d${index}"`)}) { ${times(17, (index) => `a${index}: conversationSpace(openConversationId: $v${index}) { spaceId } b${index}: conversationSpace(openConversationId: $d${index}) { spaceId } c${index}: ${space(index)}`)} }`,
    Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`v${index}`, `v${index}`])),
    51,
  ],
  ['by representations', entities, list(51, (index) => `e${index}`), 51],
  [
    'by both',
    entities.replace('{ _entities', `{ ${times(26, (index) => `a${index}: ${space(index)}`)} _entities`),
    list(25, (index) => `e${index}`),
    51,
  ],
])('51 lookups %s are refused before the first call', async (_how, query, variables, count) => {
  await using gateway = await startGateway({ environment: small });

  const { status, body } = await gateway.query(query, variables);

  expect({ status, body }).toEqual({
    status: 422,
    body: {
      errors: [
        {
          message: `This operation needs ${count} lookups; the limit is 50: split it.`,
          extensions: {
            code: 'LOOKUP_LIMIT_EXCEEDED',
            retryable: false,
            limit: 50,
            asked: count,
            variable: 'MAX_LOOKUPS_PER_REQUEST',
          },
        },
      ],
    },
  });
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('the same id a thousand times is one call', async () => {
  await using gateway = await startGateway({ environment: small });

  const { status, body } = await gateway.query(
    entities,
    list(1000, () => 'cid.demo.same'),
  );

  expect([status, body.errors, body.data['_entities'].length]).toEqual([200, undefined, 1000]);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('a field skipped by a directive is not counted', async () => {
  await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '1' } });
  const query = `query ($no: Boolean = false) { a: ${space(1)} b: ${space(2).replace(' {', ' @include(if: $no) {')} }`;

  expect((await gateway.query(query)).status).toBe(200);
  expect((await gateway.query(query, { no: true })).status).toBe(422);
});

test.each<[string, string, object]>([
  ['51 root fields without a lookup', `{ ${times(51, () => '__typename')} }`, tooMany(51, 'root fields', 50)],
  [
    '51 aliases of __typename',
    `{ ${times(51, (index) => `a${index}: __typename`)} }`,
    tooMany(51, 'root fields', 50),
  ],
  [
    '51 aliases of one lookup',
    `{ ${times(51, (index) => `a${index}: ${space('same')}`)} }`,
    tooMany(51, 'root fields', 50),
  ],
  [
    '51 aliases below one field',
    `{ conversationSpace(openConversationId: "a") { ${times(51, (index) => `a${index}: spaceId`)} } }`,
    tooMany(51, 'aliases', 50),
  ],
  [
    '51 root fields, each with an alias below',
    `{ ${times(51, (index) => `a${index}: conversation(openConversationId: "a") { id: openConversationId }`)} }`,
    tooMany(102, 'aliases', 50),
  ],
  [
    '64 aliases by fragments that double',
    `{ ...F0 } ${times(6, (index) => `fragment F${index} on Query { ...F${index + 1} ... @include(if: true) { ...F${index + 1} } }`)}
     fragment F6 on Query { a: __typename }`,
    tooComplex(expect.stringMatching(/^This operation has (?:64 root fields|63 directives); /), {
      limit: expect.any(Number),
      asked: expect.any(Number),
      variable: expect.stringMatching(/^MAX_(?:ALIASES|QUERY_DIRECTIVES)$/),
    }),
  ],
  [
    '21 directives',
    `{ ${times(21, (index) => `a${index}: __typename @include(if: true)`)} }`,
    tooMany(21, 'directives', 20),
  ],
  [
    '21 directives in all places',
    `query ($a: ID @a) @b { ...F @c ... @d { __typename @e } } fragment F on Query @f { ${times(15, () => '__typename @skip(if: true)')} }`,
    { status: 422, body: { errors: expect.arrayContaining(tooMany(21, 'directives', 20).body.errors) } },
  ],
  [
    'a directive 21 times in one place',
    `{ __typename ${times(21, () => '@nope')} }`,
    { status: 422, body: { errors: expect.arrayContaining(tooMany(21, 'directives', 20).body.errors) } },
  ],
  [
    '11 levels',
    `{ ${'a { '.repeat(10)} a ${'}'.repeat(10)} }`,
    {
      status: 422,
      body: { errors: expect.arrayContaining(tooMany(11, 'levels of fields', 10).body.errors) },
    },
  ],
  [
    '11 levels through fragments',
    `{ ...F0 } ${times(11, (index) => `fragment F${index} on Query { a { ...F${index + 1} } }`)} fragment F11 on Query { a }`,
    {
      status: 422,
      body: { errors: expect.arrayContaining(tooMany(12, 'levels of fields', 10).body.errors) },
    },
  ],
  [
    '21 levels of introspection',
    `{ __type(name: "Space") { ${'ofType { '.repeat(19)} name ${'}'.repeat(19)} } }`,
    tooMany(21, 'levels of introspection', 20),
  ],
  ['1,001 tokens', `{ __typename ${times(998, () => '__typename')} }`, tooLong],
  ['an endless document', '{a'.repeat(100_000), tooLong],
])('%s is too complex', async (_what, query, refusal) => {
  await using gateway = await startGateway({ environment: small });

  const { status, body } = await gateway.query(query);

  expect({ status, body: withoutLocations(body) }).toEqual(refusal);
  expect(gateway.upstream.calls).toHaveLength(0);
});

function withoutLocations({ errors = [], ...rest }: { errors?: readonly object[] }): object {
  return {
    ...rest,
    errors: errors.map((error) =>
      Object.fromEntries(Object.entries(error).filter(([name]) => name !== 'locations')),
    ),
  };
}

test('fragments that double eighty times are measured without expansion', async () => {
  await using gateway = await startGateway({ environment: small });
  const query = `{ ...F0 } ${times(70, (index) => `fragment F${index} on Query { ...F${index + 1} ... { ...F${index + 1} } }`)} fragment F70 on Query { a: __typename }`;

  const { status, body } = await gateway.query(query);

  expect([status, body.errors?.[0]?.extensions.code]).toEqual([422, 'QUERY_TOO_COMPLEX']);
});

test('each limit has the value of its variable', async () => {
  await using gateway = await startGateway({
    environment: {
      MAX_QUERY_TOKENS: '30',
      MAX_QUERY_DEPTH: '1',
      MAX_QUERY_DIRECTIVES: '0',
      MAX_ERRORS: '1',
      MAX_BODY_BYTES: '300',
    },
  });
  const codeOf = async (query: string) => (await gateway.query(query)).body.errors?.[0]?.extensions.code;

  expect(await codeOf('{ __typename }')).toBeUndefined();
  expect(await codeOf(times(31, () => '{ a'))).toBe('QUERY_TOO_COMPLEX');
  expect(await codeOf(`{ ${space(1)} }`)).toBe('QUERY_TOO_COMPLEX');
  expect(await codeOf('{ __typename @skip(if: true) }')).toBe('QUERY_TOO_COMPLEX');
  expect(await codeOf('{ a b }')).toBe('ERRORS_OMITTED');
  expect((await gateway.query('#'.repeat(300))).status).toBe(413);
});

test('the introspection of GraphiQL passes in development', async () => {
  await using gateway = await startGateway();

  const { status, body } = await gateway.query(
    getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true }),
  );

  expect([status, body.errors, body.data['__schema'].queryType]).toEqual([
    200,
    undefined,
    { name: 'Query', kind: 'OBJECT' },
  ]);
});

test('circular introspection is refused', async () => {
  await using gateway = await startGateway();
  const circles =
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';

  expect(await gateway.query(circles)).toMatchObject({
    status: 422,
    body: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
  });
});

const failing = (count: number) =>
  `{ ${times(count, (index) => `a${index}: conversationSpace(openConversationId: "cid.unknown.${index}") { spaceId }`)} }`;

test('fifty failures are twenty entries, of which the last counts the missing ones', async () => {
  await using gateway = await startGateway({ environment: small });

  const many = await gateway.query(failing(50));
  const few = await gateway.query(failing(20));

  expect(many.status).toBe(200);
  expect(Object.values(many.body.data)).toEqual(Array.from({ length: 50 }, () => null));
  expect(many.body.errors).toHaveLength(20);
  expect(many.body.errors?.slice(0, 19).map(({ path, extensions }) => [path, extensions.code])).toEqual(
    Array.from({ length: 19 }, (_, index) => [[`a${index}`], 'CONVERSATION_NOT_FOUND']),
  );
  expect(many.body.errors?.[19]).toEqual({
    message: '31 more errors are not listed, and their fields are null: select less data at once.',
    extensions: {
      code: 'ERRORS_OMITTED',
      retryable: false,
      omitted: 31,
      limit: 20,
      asked: 50,
      variable: 'MAX_ERRORS',
    },
  });
  expect(few.body.errors?.map(({ extensions }) => extensions.code)).toEqual(
    Array.from({ length: 20 }, () => 'CONVERSATION_NOT_FOUND'),
  );
});

test('a batch is refused', async () => {
  await using gateway = await startGateway();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
  });

  expect([response.status, ((await response.json()) as any).errors[0].extensions.code]).toEqual([
    422,
    'BAD_REQUEST',
  ]);
});

test('persisted queries are off: a hash is no query', async () => {
  await using gateway = await startGateway();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
  });

  expect(((await response.json()) as any).errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
});
