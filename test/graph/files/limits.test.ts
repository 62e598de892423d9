import { expect, test } from '@jest/globals';
import { startGateway } from '../../support/start-gateway.ts';
import { callsSeen, codesAt } from './calls.ts';

const apisOf = (calls: readonly string[]): readonly (string | undefined)[] =>
  calls.map((call) => call.split(' ')[0]);
const limited = (limit: string) => startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: limit } });
const exceeded = (limit: number, asked: number, variable = 'MAX_LOOKUPS_PER_REQUEST') => ({
  limit,
  asked,
  variable,
});
const tooMany = (limit: number): string =>
  `One request may need ${limit} lookups at most, and this field needs one more: ask for less at once.`;

test('the folders of a folder are counted as they are found, and stopped at the limit', async () => {
  await using gateway = await limited('3');

  const answer = await gateway.query(`{
    space(spaceId: "space.demo.a") {
      corpId
      dentries(orderBy: { field: CREATE_TIME, direction: ASC }) { nodes { children { nodes { dentryId } } } }
    }
  }`);

  const { nodes } = answer.body.data.space.dentries;
  const children = nodes.map(({ children: list }: any) => list !== null);
  // One for the space, one for its list, one for the first folder: no file is asked for its children.
  expect(apisOf(callsSeen(gateway))).toEqual(['storageSpace', 'dentries', 'dentries']);
  expect(children.filter(Boolean)).toHaveLength(1);
  expect(new Set(Object.values(codesAt(answer)))).toEqual(new Set(['LOOKUP_LIMIT_EXCEEDED']));
  expect(answer.body.errors?.[0]).toEqual({
    message: tooMany(3),
    locations: [expect.anything()],
    path: ['space', 'dentries', 'nodes', expect.any(Number), 'children'],
    extensions: { code: 'LOOKUP_LIMIT_EXCEEDED', retryable: false, ...exceeded(3, 4) },
  });
});

test('thirty files count as one call, thumbnails and links as theirs', async () => {
  await using gateway = await limited('4');

  const answer = await gateway.query(`{
    space(spaceId: "space.demo.big") {
      corpId
      dentries(first: 30) { nodes { thumbnail { width } preview { hasWatermark } } }
    }
  }`);

  expect(apisOf(callsSeen(gateway)).toSorted()).toEqual([
    'dentries',
    'openInfo',
    'storageSpace',
    'thumbnails',
  ]);
  const { nodes } = answer.body.data.space.dentries;
  expect(nodes.filter(({ thumbnail }: any) => thumbnail !== null)).toHaveLength(30);
  expect(nodes.filter(({ preview }: any) => preview !== null)).toHaveLength(1);
});

test('a batch that needs more calls than are left is cut at a whole call', async () => {
  await using gateway = await limited('3');

  const { body } = await gateway.query(`{
    space(spaceId: "space.demo.big") { corpId dentries { nodes { thumbnail { width } } } }
  }`);

  const { nodes } = body.data.space.dentries;
  expect(nodes.map(({ thumbnail }: any) => thumbnail !== null)).toEqual(
    Array.from({ length: 50 }, (_, index) => index < 30),
  );
  expect(gateway.upstream.callsTo('thumbnails')).toHaveLength(1);
});

test.each([
  [
    'pages',
    '{ space(spaceId: "1") { name a: dentries { nodes { name } } b: dentries(first: 1) { nodes { name } } } }',
    3,
  ],
  ['links', '{ dentry(spaceId: "1", dentryId: "2") { preview { url } download { urls } } }', 3],
])(
  '%s that need more calls than allowed are refused before the first one',
  async (_what, selection, calls) => {
    await using gateway = await limited('2');
    const { status, body } = await gateway.query(selection);

    expect(status).toBe(422);
    expect(body).toEqual({
      errors: [
        {
          message: `This operation needs ${calls} lookups; the limit is 2: split it.`,
          extensions: { code: 'LOOKUP_LIMIT_EXCEEDED', retryable: false, ...exceeded(2, calls) },
        },
      ],
    });
    expect(gateway.upstream.calls).toHaveLength(0);
  },
);

const tooComplex = (limit: number): string =>
  `The lists of one answer may have ${limit} fields, and this one has more: ask for fewer rows or fields.`;

test('the rows of lists count towards MAX_ANSWER_FIELDS', async () => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_FIELDS: '40' } });
  const ask = (first: number) =>
    gateway.query(
      'query ($first: Int) { space(spaceId: "space.demo.big") { dentries(first: $first) { nodes { dentryId name size } } } }',
      { first },
    );

  const within = await ask(10);
  const beyond = await ask(11);

  // A row with its three fields.
  expect(within.body.data.space.dentries.nodes).toHaveLength(10);
  expect(beyond.body).toEqual({
    data: { space: { dentries: null } },
    errors: [
      {
        message: tooComplex(40),
        locations: [expect.anything()],
        path: ['space', 'dentries'],
        extensions: {
          code: 'QUERY_TOO_COMPLEX',
          retryable: false,
          ...exceeded(40, 44, 'MAX_ANSWER_FIELDS'),
        },
      },
    ],
  });
});

test.each([
  ['conversations(openConversationIds: $ids) { openConversationId }', 11],
  ['dentries(spaceId: "1", dentryIds: $ids) { name }', 11],
])('ids that the answer cannot have are refused without a call: %s', async (field, count) => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_FIELDS: '10' } });
  const ids = Array.from({ length: count }, (_, index) => `id-${index}`);

  const { status, body } = await gateway.query(`query ($ids: [ID!]!) { ${field} }`, { ids });

  expect([status, body.errors?.map(({ extensions }) => extensions.code)]).toEqual([
    422,
    ['QUERY_TOO_COMPLEX'],
  ]);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('fifty thousand ids behind a hundred and fifty aliases are refused before they are looked at', async () => {
  await using gateway = await startGateway();
  const ids = Array.from({ length: 50_000 }, () => '1');
  const aliases = Array.from({ length: 150 }, (_, index) => `a${index}: space { spaceId }`).join(' ');

  const { status, body } = await gateway.query(
    `query ($ids: [ID!]!) { conversations(openConversationIds: $ids) { ${aliases} } }`,
    { ids },
  );

  expect([status, body.errors?.map(({ extensions }) => extensions.code)]).toEqual([
    422,
    ['QUERY_TOO_COMPLEX'],
  ]);
});

test('variables of any depth are no fault of the gateway', async () => {
  await using gateway = await startGateway();
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;

  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":"{ __typename }","variables":{"y":${deep}}}`,
  });

  expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
});
