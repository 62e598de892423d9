import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rawRequest, sendRaw, type RawAnswer } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

// GraphQL over HTTP, September 2026: https://http-spec.graphql.org/September2026/

const graphqlResponse = 'application/graphql-response+json; charset=utf-8';
const plainJson = 'application/json; charset=utf-8';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { IDE: 'on' } });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const space = (id: string): string => `conversationSpace(openConversationId: "${id}") { spaceId }`;
const good = `{ ${space('cid.demo.1')} }`;
const goodData = { data: { conversationSpace: { spaceId: expect.any(String) } } };
const partial = `{ a: ${space('cid.demo.1')} b: ${space('\\u0000')} }`;
/** A null variable where a directive needs a value: nothing is executed, and `data` is null. */
const allNull = {
  query: 'query ($if: Boolean = true) { __typename @include(if: $if) }',
  variables: { if: null },
};

type Headers = readonly (readonly [string, string])[];

async function post(body: unknown, accept?: string, headers: Headers = []): Promise<RawAnswer> {
  const type = [['content-type', 'application/json']] as const;
  const accepted: Headers = accept === undefined ? [] : [['accept', accept]];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = rawRequest('POST /graphql HTTP/1.1', [...type, ...accepted, ...headers], text);
  return (await sendRaw(gateway.url, request))!;
}

async function get(search: string, accept = 'application/graphql-response+json'): Promise<RawAnswer> {
  const headers = [
    ['accept', accept],
    ['apollo-require-preflight', 'yes'],
  ] as const;
  return (await sendRaw(gateway.url, rawRequest(`GET /graphql?${search} HTTP/1.1`, headers)))!;
}

const headOf = ({ status, headers }: RawAnswer): [number, string | undefined] => [
  status,
  headers.get('content-type'),
];

describe.each([
  ['application/graphql-response+json', graphqlResponse],
  ['application/graphql-response+json; charset=utf-8', graphqlResponse],
  ['application/graphql-response+json, application/json', graphqlResponse],
  ['application/graphql-response+json, application/json;q=0.9', graphqlResponse],
  ['application/json;q=0.9, application/graphql-response+json', graphqlResponse],
  ['application/graphql-response+json, */*;q=0.1', graphqlResponse],
  ['application/json', plainJson],
  ['application/json; charset=utf-8', plainJson],
  ['application/json, application/graphql-response+json;q=0.9', plainJson],
  ['application/json, text/plain, */*', plainJson],
  ['application/graphql-response+json;q=0, */*', plainJson],
  ['application/*', plainJson],
  ['*/*', plainJson],
  ['', plainJson],
  [undefined, plainJson],
])('accept: %s', (accept, mediaType) => {
  test('data is 200', async () => {
    const answer = await post({ query: good }, accept);

    expect(headOf(answer)).toEqual([200, mediaType]);
    expect(JSON.parse(answer.body)).toEqual(goodData);
  });

  test.each([
    ['data with an error', { query: partial }, { a: { spaceId: expect.any(String) }, b: null }],
    ['data that is null with an error', allNull, null],
  ])('%s is 294 in the media type of GraphQL alone', async (_what, body, data) => {
    const answer = await post(body, accept);

    expect(headOf(answer)).toEqual([mediaType === graphqlResponse ? 294 : 200, mediaType]);
    expect(JSON.parse(answer.body)).toMatchObject({ data, errors: [{ extensions: expect.any(Object) }] });
  });

  test.each([
    ['a document that cannot be parsed', { query: '{' }, 400],
    ['a document that is not valid', { query: '{ nothing }' }, 422],
    ['no operation of that name', { query: good, operationName: 'none' }, 422],
    ['a variable of a wrong type', { query: 'query ($id: ID!) { __typename }', variables: {} }, 422],
    ['no query', {}, 422],
    ['JSON that cannot be parsed', '{"query":', 400],
  ])('%s is a GraphQL response without data', async (_what, body, status) => {
    const answer = await post(body, accept);

    expect(headOf(answer)).toEqual([status, graphqlResponse]);
    expect(Object.keys(JSON.parse(answer.body))).toEqual(['errors']);
    expect(gateway.upstream.calls).toEqual([]);
  });
});

test('294 has a reason phrase', async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: partial }),
  });

  expect([response.status, response.statusText]).toEqual([294, 'Partial Success']);
});

const tooLong = `${'text/html, '.repeat(200)}application/json`;

test.each(['text/html', 'image/png', 'application/xml, text/*', 'application/json;q=0', '*/*;q=0', tooLong])(
  'accept: %s is 406, and nothing is executed',
  async (accept) => {
    const answer = await post({ query: good }, accept);

    expect(headOf(answer)).toEqual([406, graphqlResponse]);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [
        {
          message: 'Answers are application/graphql-response+json or application/json: accept one of them.',
          extensions: { code: 'BAD_REQUEST', retryable: false },
        },
      ],
    });
    expect(gateway.upstream.calls).toEqual([]);
  },
);

test.each([
  ['the body is no object', [], 'Batches are not supported: send one operation a request.'],
  ['a batch', [{ query: good }], 'Batches are not supported: send one operation a request.'],
  ['the body is a text', '"{}"', 'The body is no JSON object: send one with a query.'],
  ['the body is null', 'null', 'The body is no JSON object: send one with a query.'],
  ['a typing error', { qeury: good }, 'The query is missing: send the text of a GraphQL document.'],
  ['an empty query', { query: '' }, 'The query is missing: send the text of a GraphQL document.'],
  ['a query that is null', { query: null }, 'The query is missing: send the text of a GraphQL document.'],
  ['a query that is no text', { query: 7 }, 'The query must be a string.'],
  ['variables as a list', { query: good, variables: [7] }, 'The variables must be an object, or absent.'],
  ['variables as a text', { query: good, variables: '{}' }, 'The variables must be an object, or absent.'],
  ['extensions as a list', { query: good, extensions: [] }, 'The extensions must be an object, or absent.'],
  ['a name as a number', { query: good, operationName: 1 }, 'The operationName must be a string, or absent.'],
])('422 for a malformed request: %s', async (_what, body, message) => {
  const answer = await post(body, 'application/graphql-response+json');

  expect(answer.status).toBe(422);
  expect(JSON.parse(answer.body)).toEqual({
    errors: [{ message, extensions: { code: 'BAD_REQUEST', retryable: false } }],
  });
});

test('two operations without a name to choose one are 422', async () => {
  const answer = await post({ query: `query A ${good} query B ${good}` });

  expect([answer.status, JSON.parse(answer.body).errors[0].extensions.code]).toEqual([
    422,
    'OPERATION_RESOLUTION_FAILURE',
  ]);
  expect(gateway.upstream.calls).toEqual([]);
});

test('null is as absent, and unknown members are ignored', async () => {
  const answer = await post({
    query: good,
    operationName: null,
    variables: null,
    extensions: null,
    future: { of: 'the standard' },
  });

  expect(headOf(answer)).toEqual([200, plainJson]);
  expect(JSON.parse(answer.body)).toEqual(goodData);
});

test.each([
  `query=${encodeURIComponent(good)}`,
  `query=${encodeURIComponent(good)}&operationName=&variables=&extensions=`,
  `query=${encodeURIComponent(good)}&variables=null&extensions=null`,
  `query=${encodeURIComponent(good)}&future=1`,
  `query=${encodeURIComponent(`query null ${good}`)}&operationName=null`,
  `query=${encodeURIComponent(good).replaceAll('%20', '+')}`,
])('GET ?%s is answered', async (search) => {
  const answer = await get(search);

  expect(headOf(answer)).toEqual([200, graphqlResponse]);
  expect(JSON.parse(answer.body)).toEqual(goodData);
});

test.each([
  [`query=${encodeURIComponent(good)}&operationName=null`, 422, 'OPERATION_RESOLUTION_FAILURE'],
  [`query=${encodeURIComponent(good)}&query=${encodeURIComponent(good)}`, 422, 'BAD_REQUEST'],
  [`query=${encodeURIComponent(good)}&variables=[]`, 422, 'BAD_REQUEST'],
  [`query=${encodeURIComponent(good)}&variables={`, 400, 'BAD_REQUEST'],
  ['variables={}', 422, 'BAD_REQUEST'],
  ['query={', 400, 'GRAPHQL_PARSE_FAILED'],
])('GET ?%s is %d %s', async (search, status, code) => {
  const answer = await get(search, 'application/json');

  expect(headOf(answer)).toEqual([status, graphqlResponse]);
  expect(JSON.parse(answer.body).errors[0].extensions.code).toBe(code);
});

test.each([
  ['PUT', undefined, 405, 'GET, POST'],
  ['DELETE', undefined, 405, 'GET, POST'],
  ['QUERY', undefined, 405, 'GET, POST'],
  ['QUERY', 'application/json', 405, 'GET, POST'],
  ['PATCH', 'text/plain', 405, 'GET, POST'],
  ['PATCH', ';', 405, 'GET, POST'],
  ['POST', 'text/plain', 415, undefined],
  ['POST', 'application/json; charset=utf-16', 415, undefined],
])('%s with content-type %s is %d', async (method, type, status, allow) => {
  const headers: Headers = type === undefined ? [] : [['content-type', type]];

  const request = rawRequest(`${method} /graphql HTTP/1.1`, headers, JSON.stringify({ query: good }));
  const answer = (await sendRaw(gateway.url, request))!;

  expect([...headOf(answer), answer.headers.get('allow')]).toEqual([status, graphqlResponse, allow]);
});

test.each([
  ['POST', 'http://localhost/graphql', 422, undefined],
  ['POST', 'HTTP://localhost/graphql?a=b', 422, undefined],
  ['POST', '/graph%71l', 422, undefined],
  ['GET', 'http://localhost/graphql?query=', 422, undefined],
  ['PUT', 'http://localhost/graphql', 405, 'GET, POST'],
  ['PUT', 'http://localhost/graphql?a=b', 405, 'GET, POST'],
])('%s %s is refused as any other form of the URL', async (method, url, status, allow) => {
  const headers: Headers = method === 'GET' ? [] : [['content-type', 'application/json']];

  const request = rawRequest(`${method} ${url} HTTP/1.1`, headers, method === 'GET' ? '' : '{}');
  const answer = (await sendRaw(gateway.url, request))!;

  expect([...headOf(answer), answer.headers.get('allow')]).toEqual([status, graphqlResponse, allow]);
});

test('a mutation by GET is 405, and POST is allowed', async () => {
  const answer = await get(`query=${encodeURIComponent('mutation { a }')}`);

  expect([...headOf(answer), answer.headers.get('allow')]).toEqual([405, graphqlResponse, 'POST']);
});

test.each([
  ['a body', 413, graphqlResponse, post.bind(undefined, { query: ' '.repeat(300_000) })],
  ['a URL', 414, plainJson, () => get(`query=${'x'.repeat(20_000)}`)],
  ['a URL of several packets', 414, plainJson, () => get(`query=${'x'.repeat(500_000)}`)],
  ['a header', 431, plainJson, () => post({ query: good }, undefined, [['x', 'y'.repeat(20_000)]])],
])('%s that is too long is %d', async (_what, status, mediaType, send) => {
  const answer = await send();

  expect(headOf(answer)).toEqual([status, mediaType]);
  expect(JSON.parse(answer.body).errors[0].extensions.code).toBe('BAD_REQUEST');
});

test.each([
  ['no credentials', { GATEWAY_API_KEYS: 'a key of some length' }, 401, 'UNAUTHENTICATED'],
  ['a second request in a second', { VIEWER_RPS: '1' }, 429, 'RATE_LIMITED'],
])('%s is a GraphQL response with its own status', async (_what, environment, status, code) => {
  await using limited = await startGateway({ environment });
  await limited.query('{ __typename }');

  const { status: answered, headers, body } = await limited.query('{ __typename }');

  expect([answered, headers.get('content-type')]).toEqual([status, graphqlResponse]);
  expect(body).toMatchObject({ errors: [{ extensions: { code } }] });
});

test('persisted queries are refused in the form of Apollo, with 422 in the media type of GraphQL', async () => {
  const body = { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } };

  const answers = [
    await post(body, 'application/json'),
    await post(body, 'application/graphql-response+json'),
  ];

  expect(answers.map(headOf)).toEqual([
    [200, plainJson],
    [422, graphqlResponse],
  ]);
  for (const { body: text } of answers) {
    expect(JSON.parse(text).errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  }
});
