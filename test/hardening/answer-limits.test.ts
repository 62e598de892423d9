import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({
    environment: {
      LOG_LEVEL: 'debug',
      MAX_ANSWER_FIELDS: '10000',
      MAX_ALIASES: '50',
      MAX_ERRORS: '20',
    },
  });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
const many = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

const conversation = { __typename: 'Conversation', openConversationId: 'cid.demo.a' };
const fiftyTimes = `query ($r: [_Any!]!) { ${times(50, (index) => `a${index}: _entities(representations: $r) { __typename }`)} }`;
const once = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }';

const tooMany = (fields: number, limit = 10_000) => ({
  status: 422,
  body: {
    errors: [
      {
        message: `This operation asks for ${fields} fields, list items included; the limit is ${limit}: split it.`,
        extensions: {
          code: 'QUERY_TOO_COMPLEX',
          retryable: false,
          limit,
          asked: fields,
          variable: 'MAX_ANSWER_FIELDS',
        },
      },
    ],
  },
});

test.each<[string, string, unknown, number]>([
  ['1,000 zeros in fifty fields', fiftyTimes, many(1000, 0), 100_050],
  ['1,000 unknown types in fifty fields', fiftyTimes, many(1000, { __typename: 'User' }), 100_050],
  ['1,000 nested lists in fifty fields', fiftyTimes, many(1000, [[0]]), 100_050],
  ['1,000 nulls in fifty fields', fiftyTimes, many(1000, null), 100_050],
  ['1,000 valid references in fifty fields', fiftyTimes, many(1000, conversation), 100_050],
  ['100,000 zeros in one field', once, many(100_000, 0), 200_001],
  [
    '1,000 references with fifty fields each',
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Space { ${times(50, (index) => `a${index}: spaceId`)} } } }`,
    many(1000, { __typename: 'Space', spaceId: '7' }),
    51_001,
  ],
  [
    '1,000 references with twelve fields through a fragment that is spread three times',
    `query ($r: [_Any!]!) { _entities(representations: $r) { ...F ... on Space { ...F ...F } } }
     fragment F on Space { ${times(4, (index) => `a${index}: corpId`)} }`,
    many(1000, { __typename: 'Space', spaceId: '7' }),
    13_001,
  ],
  [
    'a list in a variable named after an inherited property, used by fifty fields',
    fiftyTimes.replaceAll('$r', '$constructor').replace('[_Any!]!', `[_Any!]! = [${times(101, () => '0')}]`),
    undefined,
    10_150,
  ],
])('%s: refused before execution', async (_what, query, r, fields) => {
  expect(await answerOf(query, r)).toEqual(tooMany(fields));
  expect(gateway.upstream.calls).toEqual([]);
});

async function answerOf(query: string, r: unknown): Promise<{ status: number; body: unknown }> {
  const { status, body } = await gateway.query(query, { r });
  return { status, body };
}

test('a long page of a router fits: 1,000 references, each with four fields of its space', async () => {
  const query =
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Conversation { space { spaceId corpId createTime modifiedTime } } } }';

  const { status, body } = await gateway.query(query, { r: many(1000, conversation) });

  expect([status, body.errors, body.data['_entities'].length]).toEqual([200, undefined, 1000]);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('MAX_ANSWER_FIELDS also limits fields without a list', async () => {
  await using narrow = await startGateway({ environment: { MAX_ANSWER_FIELDS: '4' } });

  expect((await narrow.query('{ a: __typename b: __typename c: __typename d: __typename }')).status).toBe(
    200,
  );
  expect((await narrow.query(once, { r: [conversation] })).status).toBe(200);
  const { status, body } = await narrow.query(once, { r: [conversation, conversation] });
  expect({ status, body }).toEqual(tooMany(5, 4));
});

/** The list for `count` errors: nineteen of them, and one entry that counts the rest. */
const twentyOf = (count: number, error: object, path: (index: number) => readonly unknown[]) => [
  ...Array.from({ length: 19 }, (_, index) => ({
    ...error,
    locations: expect.anything(),
    path: path(index),
  })),
  {
    message: `${count - 19} more errors are not listed, and their fields are null: select less data at once.`,
    extensions: {
      code: 'ERRORS_OMITTED',
      retryable: false,
      omitted: count - 19,
      limit: 20,
      asked: count,
      variable: 'MAX_ERRORS',
    },
  },
];

test.each<[string, unknown, object]>([
  [
    'no objects',
    0,
    {
      message: 'A representation must be an object.',
      extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'representations' },
    },
  ],
  [
    'of bad keys',
    { __typename: 'Space', spaceId: '..' },
    {
      message:
        'spaceId must be a string of 1 to 256 characters, not all blank, none of them a control character, and neither "." nor "..".',
      extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'spaceId' },
    },
  ],
])(
  'for 4,000 representations that are %s, twenty errors are created, logged and listed',
  async (_what, bad, error) => {
    const linesBefore = gateway.log.length;

    const { status, body } = await gateway.query(once, { r: many(4000, bad) });

    expect([status, body.data]).toEqual([200, { _entities: many(4000, null) }]);
    expect(body.errors).toEqual(twentyOf(4000, error, (index) => ['_entities', index]));
    expect(gateway.log.length - linesBefore).toBeLessThanOrEqual(21);
  },
);

test.each<[string, string, object, (index: number) => readonly unknown[]]>([
  [
    'conversations whose space is refused',
    '... on Conversation { space { spaceId } }',
    { __typename: 'Conversation', openConversationId: 'cid.permissionDenied' },
    (index) => ['_entities', index, 'space'],
  ],
  [
    'spaces that are not found',
    '... on Space { corpId }',
    { __typename: 'Space', spaceId: 'unknown' },
    (index) => ['_entities', index],
  ],
  [
    'conversations with an unreadable time in their space',
    '... on Conversation { space { createTime } }',
    { __typename: 'Conversation', openConversationId: 'cid.badTime' },
    (index) => ['_entities', index, 'space', 'createTime'],
  ],
])(
  'for 1,000 %s, twenty errors are created, logged and listed',
  async (_what, selection, reference, path) => {
    const linesBefore = gateway.log.length;

    const { status, body } = await gateway.query(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`,
      { r: many(1000, reference) },
    );

    expect([status, body.data['_entities'].length, body.errors!.length]).toEqual([200, 1000, 20]);
    expect(body.errors!.slice(0, 19).map(({ path }) => path)).toEqual(
      Array.from({ length: 19 }, (_, index) => path(index)),
    );
    expect(body.errors!.at(-1)!.extensions).toEqual({
      code: 'ERRORS_OMITTED',
      retryable: false,
      omitted: 981,
      limit: 20,
      asked: 1000,
      variable: 'MAX_ERRORS',
    });
    expect(gateway.log.length - linesBefore).toBeLessThanOrEqual(22);
  },
);

const aliased = (alias: string): string => once.replace('{ _', `{ ${alias}: _`);

test('a name longer than 256 characters is refused: an answer repeats an alias for each item', async () => {
  const { status, body } = await gateway.query(aliased('a'.repeat(257)), { r: [conversation] });

  expect([status, body.errors![0]!.message, body.errors![0]!.extensions.code]).toEqual([
    422,
    'This operation has 257 characters in one name; the limit is 256: split it.',
    'QUERY_TOO_COMPLEX',
  ]);
  expect((await gateway.query(aliased('a'.repeat(256)), { r: [conversation] })).status).toBe(200);
});

test('thousands of invalid variables are two entries', async () => {
  const { status, body } = await gateway.query(
    'query ($r: [_Any!]!, $b: Boolean!) { _entities(representations: $r) { __typename @skip(if: $b) } }',
    {
      r: many(4000, null),
      b: 'x'.repeat(100_000),
    },
  );

  expect([status, body.errors!.map(({ message }) => message)]).toEqual([
    422,
    [
      'Variable "$r" got an invalid value: send what its type asks for.',
      'Too many errors processing variables, error limit reached. Execution aborted.',
    ],
  ]);
});

test('equal refusals of a document are one entry with all their places', async () => {
  const { status, body } = await gateway.query('{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }');

  expect({ status, body }).toEqual({
    status: 422,
    body: {
      errors: [
        {
          message: 'Unknown directive "@aa".',
          locations: Array.from({ length: 10 }, (_, index) => ({ line: 1, column: 14 + 3 * index })),
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false },
        },
      ],
    },
  });
});
