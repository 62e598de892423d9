import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { problemLines } from '../support/log-lines.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const body = '{"query":"{ __typename }"}';
const json = ['content-type', 'application/json'] as const;
const preflight = ['apollo-require-preflight', 'yes'] as const;

const post = (...headers: (readonly [string, string])[]): Buffer =>
  rawRequest('POST /graphql HTTP/1.1', headers, body);
const get = (query: string, ...headers: (readonly [string, string])[]): Buffer =>
  rawRequest(`GET /graphql${query} HTTP/1.1`, [
    preflight,
    ['accept', 'application/graphql-response+json'],
    ...headers,
  ]);
const line = (requestLine: string): Buffer => rawRequest(requestLine, [json, preflight]);
const withHead = (head: string, content = ''): string =>
  `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${head}\r\n\r\n${content}`;

const contentTypes = [
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/xml',
  'application/graphql',
  'application/octet-stream',
  'application/jsonx',
  'application/json-patch+json',
  'application/graphql+json',
  'json',
  'application/*',
  '*/*',
  ';',
  'application/json, text/plain',
  'text/plain;application/json',
  'application/json; charset=utf-16',
  'application/json; charset="iso-8859-1"',
  'application/json;charset=gbk',
].map((type) => [`content-type: ${type}`, 415, post(['content-type', type])] as const);

const requests: readonly (readonly [string, number | 'closed', string | Buffer])[] = [
  ...contentTypes,
  ['no content type', 415, post()],
  ['an empty content type', 415, post(['content-type', ''])],
  ['an empty body', 400, rawRequest('POST /graphql HTTP/1.1', [json, ['content-length', '0']])],
  ['no body', 400, rawRequest('POST /graphql HTTP/1.1', [json])],
  ['a plain body as gzip', 400, post(json, ['content-encoding', 'gzip'])],
  ...['deflate', 'br', 'zstd', 'nonsense', 'identity, gzip'].map(
    (encoding) => [`content-encoding: ${encoding}`, 415, post(json, ['content-encoding', encoding])] as const,
  ),
  [
    'transfer-encoding: gzip',
    400,
    withHead('content-type: application/json\r\ntransfer-encoding: gzip', body),
  ],
  ['transfer-encoding: chunked, gzip', 400, withHead('transfer-encoding: chunked, gzip', '0\r\n\r\n')],
  ['chunked and a length', 400, withHead('transfer-encoding: chunked\r\ncontent-length: 3', '0\r\n\r\n')],
  ['chunked twice', 400, withHead('transfer-encoding: chunked\r\ntransfer-encoding: chunked', 'zz\r\n')],
  [
    'a chunk size that is not a number',
    400,
    withHead('content-type: application/json\r\ntransfer-encoding: chunked', 'zz\r\n{}\r\n'),
  ],
  [
    'a chunk longer than its size',
    400,
    withHead('content-type: application/json\r\ntransfer-encoding: chunked', '1\r\n{"query"\r\n'),
  ],
  [
    'endless chunk extensions',
    413,
    withHead('content-type: application/json\r\ntransfer-encoding: chunked', `1;${'x'.repeat(20_000)}`),
  ],
  ['a negative length', 400, withHead('content-length: -1')],
  ['a length that is not a number', 400, withHead('content-length: many')],
  ['a length of forty digits', 400, withHead(`content-length: ${'9'.repeat(40)}`)],
  ['two lengths', 400, withHead('content-length: 3\r\ncontent-length: 4', 'abcd')],
  [
    'a length shorter than the body',
    400,
    withHead('content-type: application/json\r\ncontent-length: 5', body),
  ],
  [
    'a body over the limit by its length',
    413,
    withHead('content-type: application/json\r\ncontent-length: 262145'),
  ],
  [
    'a body over the limit by its chunks',
    413,
    withHead(
      'content-type: application/json\r\ntransfer-encoding: chunked',
      `50000\r\n${'x'.repeat(0x50000)}\r\n`,
    ),
  ],
  ['headers over the limit', 431, withHead(`x-long: ${'x'.repeat(17_000)}`)],
  ['ten thousand headers', 431, withHead('a: b\r\n'.repeat(10_000))],
  ['a URL over the limit', 414, get(`?query=${'x'.repeat(17_000)}`)],
  ['no host', 400, `GET /healthz HTTP/1.1\r\n\r\n`],
  ['no host for the graph', 400, `GET /graphql?query={__typename} HTTP/1.1\r\n\r\n`],
  ['an empty host for the graph', 400, rawRequest('POST /graphql HTTP/1.1', [['host', ''], json], body)],
  ['an empty host beside another one', 400, `GET /healthz HTTP/1.0\r\nhost:\r\nhost: localhost\r\n\r\n`],
  ['a host in the URL only, in HTTP/1.0', 400, `GET http://localhost/healthz HTTP/1.0\r\n\r\n`],
  ...['a b', '[', 'a:b:c', '/', '<script>', 'a\u00e9', '%', 'host:999999', 'a@b:c@'].map(
    (host) =>
      [`host: ${host}`, 400, rawRequest('POST /graphql HTTP/1.1', [['host', host], json], body)] as const,
  ),
  ['a header without a colon', 400, withHead('nonsense')],
  ['a header without a name', 400, withHead(': value')],
  ['a blank before the colon', 400, withHead('x-api-key : value')],
  ['a NUL in a header', 400, withHead('x-api-key: a\u0000b')],
  ['a carriage return in a header', 400, withHead('x-api-key: a\rb')],
  ['a folded header', 400, withHead('x-api-key: a\r\n b')],
  ['an unknown expectation', 417, post(json, ['expect', 'the-unexpected'])],
  ['HTTP/0.9', 400, 'GET /graphql\r\n\r\n'],
  ['HTTP/2.0 by name', 422, 'GET /graphql HTTP/2.0\r\nhost: localhost\r\n\r\n'],
  ['HTTP/1.2', 400, 'GET /graphql HTTP/1.2\r\nhost: localhost\r\n\r\n'],
  ['HTTP/2 with its preface', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', 400, Buffer.from('16030100c4010000c0030300', 'hex')],
  ['SSH', 400, 'SSH-2.0-OpenSSH_9.9\r\n'],
  ['NULs', 400, '\u0000'.repeat(64)],
  ['noise', 400, Buffer.from('fe53cc1190a7ffd80d0a0d0a', 'hex')],
  ['JSON without HTTP', 400, `${body}\r\n\r\n`],
  ['a method in lower case', 400, 'post /graphql HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['an unknown method', 400, 'FETCH /graphql HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ['CONNECT', 'closed', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'].map(
    (method) => [`${method} /graphql`, 405, line(`${method} /graphql HTTP/1.1`)] as const,
  ),
  ['POST /healthz', 405, line('POST /healthz HTTP/1.1')],
  ...[
    '/graphql/',
    '//graphql',
    '/GraphQL',
    '/graphql%20',
    '/graphql;x',
    '/graphql.json',
    '/graphql/..%2f',
    '/../graphql',
    '/.git/config',
    '*',
    '/%2e%2e/etc/passwd',
  ].map((path) => [`GET ${path}`, 404, line(`GET ${path} HTTP/1.1`)] as const),
  ...['/%', '/%zz', '/%ff', '/graphql%', '/graphql/%c0%80'].map(
    (path) => [`GET ${path}`, 400, line(`GET ${path} HTTP/1.1`)] as const,
  ),
  ['a websocket', 422, get('', ['connection', 'Upgrade'], ['upgrade', 'websocket'])],
  ['GET without a query', 422, get('')],
  ...[
    '?',
    '?query',
    '?query=',
    '?query={a}',
    '?Query={__typename}',
    '?query={__typename}&query={__typename}',
    '?query={__typename}&variables=[]',
    '?query={__typename}&variables=1',
    '?query={__typename}&extensions={}&extensions={}',
    '?query={__typename}&operationName=A',
    '?query={__typename}&operationName=A&operationName=B',
    `?query=query($id:ID!){conversationSpace(openConversationId:$id){spaceId}}`,
    `?query=query($id:ID!){conversationSpace(openConversationId:$id){spaceId}}&variables={%22id%22:${'['.repeat(5000)}${']'.repeat(5000)}}`,
  ].map((search) => [`GET /graphql${search.slice(0, 60)}`, 422, get(search)] as const),
  ...[
    '?query=%',
    '?query=%zz',
    '?query=%ff',
    '?query=%00',
    '?query={',
    '?query={__typename}&variables=x',
    '?query={__typename}&variables={',
    `?query={__typename}&variables=${'['.repeat(9000)}`,
    '?query={__typename}&extensions=x',
  ].map((search) => [`GET /graphql${search.slice(0, 60)}`, 400, get(search)] as const),
  ['a mutation by GET', 405, get('?query=mutation{a}')],
  ['a query by GET without a CSRF header', 400, rawRequest('GET /graphql?query={__typename} HTTP/1.1', [])],
  [
    'a GET with a form’s content type',
    415,
    get('?query={__typename}', ['content-type', 'application/x-www-form-urlencoded']),
  ],
  ['an Accept header without a supported type', 406, post(json, ['accept', 'image/png'])],
];

const title = ([name]: (typeof requests)[number]): string => JSON.stringify(name);

test.each(requests.map((each) => [title(each), each[1], each[2]] as const))(
  '%s → %s',
  async (_title, status, bytes) => {
    const answer = await sendRaw(gateway.url, bytes);

    expect(answer?.status ?? 'closed').toBe(status);
    if (answer) {
      expect(answer.headers.get('content-type')).toMatch(/^application\/(?:graphql-response\+)?json\b/);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      const { errors } = JSON.parse(answer.body);
      expect(errors[0]).toMatchObject({
        message: expect.any(String),
        extensions: { code: expect.stringMatching(/^[A-Z_]+$/), retryable: false },
      });
    }
    const next = await gateway.query('{ __typename }');
    expect(next.body).toEqual({ data: { __typename: 'Query' } });
    expect(gateway.upstream.calls).toHaveLength(0);
  },
);

test('garbage after a request closes its connection, and no other', async () => {
  const answer = await sendRaw(
    gateway.url,
    Buffer.concat([post(json), Buffer.from('\u0000garbage\r\n\r\n')]),
  );

  expect([200, 400]).toContain(answer?.status);
  expect(() => JSON.parse(answer!.body)).not.toThrow();
  expect((await gateway.query('{ __typename }')).status).toBe(200);
});

test('no request caused a warning or an error in the log', () => {
  expect(problemLines(gateway.log)).toEqual([]);
});
