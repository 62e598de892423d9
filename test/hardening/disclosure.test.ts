import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { NODE_ENV: 'production', GATEWAY_API_KEYS: 'key' } });
});
afterAll(() => gateway.close());

const key = { 'x-api-key': 'key' };

test.each([
  getIntrospectionQuery(),
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Space") { name } }',
  '{ ...F } fragment F on Query { __schema { types { name } } }',
])('in production introspection is refused: %#', async (query) => {
  const { status, body } = await gateway.query(query, {}, key);

  expect([status, body.data]).toEqual([422, undefined]);
  expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

const refusal = {
  message: 'Introspection is disabled. Ask the operator of this gateway for the schema.',
  locations: [{ line: 1, column: 3 }],
  extensions: {
    code: 'GRAPHQL_VALIDATION_FAILED',
    retryable: false,
    validationErrorCode: 'INTROSPECTION_DISABLED',
  },
};

test.each([
  ['on', 'production', { data: { __schema: { queryType: { name: 'Query' } } } }],
  ['off', 'development', { errors: [refusal] }],
])('INTROSPECTION=%s decides, also in %s', async (INTROSPECTION, NODE_ENV, answered) => {
  await using gateway = await startGateway({
    environment: { NODE_ENV, INTROSPECTION, GATEWAY_API_KEYS: 'key' },
  });

  const { body } = await gateway.query('{ __schema { queryType { name } } }', {}, key);

  expect(body).toEqual(answered);
  expect(gateway.upstream.callsTo('conversationSpace')).toEqual([]);
});

test.each([
  '{ conversationSpac(openConversationId: "a") { spaceId } }',
  '{ conversationSpace(openConversationI: "a") { spaceId } }',
  '{ conversationSpace(openConversationId: "a") { spaceI } }',
  '{ conversationSpace(openConversationId: "a") { ... on Spac { spaceId } } }',
  '{ __typename @inclu(if: true) }',
  'query ($a: Strin) { __typename }',
])('in production errors suggest no names: %s', async (query) => {
  const { status, body } = await gateway.query(query, {}, key);

  expect(status).toBe(422);
  expect(JSON.stringify(body)).not.toMatch(
    /did you mean|conversationSpace"|openConversationId"|spaceId"|stack/i,
  );
});

const invalid = [
  [
    '{ conversationSpac(openConversationId: "a") { spaceId } }',
    422,
    'Cannot query field "conversationSpac" on type "Query".',
    ' Did you mean "conversationSpace", "conversations", "conversation", or "conversationByChatId"?',
  ],
  ['{ conversationSpace(', 400, 'Syntax Error: Expected Name', ', found <EOF>.'],
  ['{ space(spaceId: 1 2) }', 400, 'Syntax Error: Expected Name', ', found Int "2".'],
  ['{ __typename } oops', 400, 'Syntax Error: Unexpected Name', ' "oops".'],
] as const;

test.each(invalid)(
  'what is wrong with %s is said in full in development',
  async (query, status, start, rest) => {
    await using development = await startGateway();

    const answers = [await development.query(query), await gateway.query(query, {}, key)];

    const messages = answers.map(({ body }) => body.errors?.map(({ message }) => message));
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    expect(messages).toEqual([[start + rest], [`${start}${start.endsWith('.') ? '' : '.'}`]]);
  },
);

test('a value is quoted nowhere, and the log has no part of a document', async () => {
  await using development = await startGateway();

  const { body: variable } = await development.query('query ($a: Boolean!) { __typename @skip(if: $a) }', {
    a: 's3cret',
  });
  const { body: literal } = await development.query(
    '{ conversationSpace(openConversationId: 1.5) { spaceId } }',
  );
  await development.query('{ s3cret ');

  expect(variable.errors?.map(({ message }) => message)).toEqual([
    'Variable "$a" got an invalid value: send what its type asks for.',
  ]);
  expect(literal.errors?.map(({ message }) => message)).toEqual([
    'ID cannot represent a non-string and non-integer value.',
  ]);
  expect(development.log.join('')).not.toContain('s3cret');
});

test.each(['development', 'production'])(
  'in %s errors contain neither stack nor upstream',
  async (environment) => {
    await using gateway = await startGateway({
      environment: { NODE_ENV: environment, GATEWAY_API_KEYS: 'key' },
    });
    await gateway.upstream.close();

    const { body } = await gateway.query(
      '{ conversationSpace(openConversationId: "a") { spaceId } }',
      {},
      key,
    );

    expect(body).toEqual({
      data: { conversationSpace: null },
      errors: [
        {
          message: 'DingTalk is not available right now: try again later.',
          path: ['conversationSpace'],
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
        },
      ],
    });
  },
);

test.each<[string, () => Promise<Response>]>([
  ['an answer with data', () => post('{ __typename }', key)],
  ['a refusal of the graph', () => post('{ nothing }', key)],
  ['a 401', () => post('{ __typename }', {})],
  ['a 404', () => fetch(`${gateway.url}/nothing`)],
  ['a 405', () => fetch(`${gateway.url}/graphql`, { method: 'PUT' })],
  ['a 415', () => post('{ __typename }', { ...key, 'content-type': 'text/plain' })],
  ['a 400', () => fetch(`${gateway.url}/%`)],
  ['the health check', () => fetch(`${gateway.url}/healthz`)],
])('%s may not be cached, framed, sniffed or read by another origin', async (_name, ask) => {
  const { headers } = await ask();

  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(headers.get('x-request-id')).toMatch(/./);
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('server')).toBeNull();
});

test('answers of the graph have the security headers', async () => {
  const { headers } = await post('{ __typename }', key);

  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
});

function post(query: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
}

test('no origin is allowed unless CORS_ORIGINS names it', async () => {
  const preflight = await fetch(`${gateway.url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  const simple = await post('{ __typename }', { ...key, origin: 'https://evil.example' });

  expect(preflight.status).toBe(405);
  for (const { headers } of [preflight, simple]) {
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test.each<[string, RequestInit]>([
  ['a form', { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) }],
  ['a form with files', { method: 'POST', body: formOf('{ __typename }') }],
  ['plain text', { method: 'POST', body: '{"query":"{ __typename }"}' }],
  ['a blob', { method: 'POST', body: new Blob(['{"query":"{ __typename }"}']) }],
])('a request that a page may send without a preflight, such as %s, is not executed', async (_name, init) => {
  const answer = await fetch(`${gateway.url}/graphql?query={__typename}`, { ...init, headers: key });

  expect([400, 415]).toContain(answer.status);
  expect(await answer.json()).not.toHaveProperty('data');
});

test.each([
  ['a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ['a picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a link of a sibling', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
])('nor is the GET of %s, also where a proxy adds the credentials', async (_name, sent) => {
  const headers = Object.entries({ ...key, authorization: 'Bearer x', ...sent });
  const answer = await sendRaw(gateway.url, rawRequest('GET /graphql?query={__typename} HTTP/1.1', headers));

  expect(answer?.status).toBe(400);
  expect(JSON.parse(answer?.body ?? '{}')).not.toHaveProperty('data');
});

function formOf(query: string): FormData {
  const form = new FormData();
  form.set('query', query);
  return form;
}
