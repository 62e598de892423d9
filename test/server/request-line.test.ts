import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { documentFolder } from '../documents/document-files.ts';
import { startCachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { logLines, requestLines, type LogLine } from '../support/log-lines.ts';
import { tableRows } from '../support/page-tables.ts';
import { readPage } from '../support/pages.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const webKey = 'a-key-of-the-web-client';
const asWeb = { 'x-api-key': webKey };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spaces = `query Spaces($ids: [ID!]!) { conversations(openConversationIds: $ids) { space { spaceId } } }`;
const space = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { GATEWAY_API_KEYS: `web=${webKey}` } });
});
afterAll(() => gateway.close());

/** The only line about the request that `send` makes. */
async function lineOf(send: () => Promise<unknown>, under = gateway): Promise<LogLine> {
  const from = under.log.length;
  await send();
  await eventually(() => requestLines(under.log, from).length > 0);
  const lines = requestLines(under.log, from);
  expect(lines).toHaveLength(1);
  return lines[0] as LogLine;
}

test('the line of a request says who asked what, and how much that took', async () => {
  const ids = ['cid.demo.a', 'cid.demo.b', 'cid.unknown', 'cid.unknown2', 'cid.permissionDenied'];
  const line = await lineOf(() =>
    gateway.query(
      spaces,
      { ids },
      {
        ...asWeb,
        'x-request-id': 'request-7f',
        'apollographql-client-name': 'file-browser',
        'apollographql-client-version': '2.1.0',
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
    ),
  );

  expect(line).toEqual({
    level: 'info',
    time: expect.any(Number),
    pid: process.pid,
    hostname: expect.any(String),
    requestId: 'request-7f',
    traceId,
    viewer: expect.stringMatching(/^[\w-]{16}$/),
    key: 'web',
    method: 'POST',
    route: '/graphql',
    status: 200,
    ms: expect.any(Number),
    bytes: expect.any(Number),
    operation: 'Spaces',
    operationType: 'query',
    document: createHash('sha256').update(spaces).digest('hex').slice(0, 16),
    client: 'file-browser',
    clientVersion: '2.1.0',
    lookups: 5,
    calls: 5,
    memory: 0,
    redis: 0,
    joined: 0,
    stale: 0,
    waitMs: 0,
    codes: { CONVERSATION_NOT_FOUND: 2, FORBIDDEN: 1 },
    msg: 'answered',
  });
});

test('bytes is the length of the body', async () => {
  let length = 0;
  const line = await lineOf(async () => {
    const response = await fetch(`${gateway.url}/graphql?query={__typename}`, {
      headers: { ...asWeb, 'apollo-require-preflight': '1' },
    });
    length = (await response.arrayBuffer()).byteLength;
  });

  expect(line).toMatchObject({
    method: 'GET',
    bytes: length,
    operation: null,
    operationType: 'query',
    lookups: 0,
  });
  expect(line).not.toHaveProperty('codes');
  expect(line).not.toHaveProperty('client');
  expect(line).not.toHaveProperty('traceId');
});

test.each<[string, Record<string, string>, object]>([
  ['no headers', {}, {}],
  [
    'the other headers',
    { 'graphql-client-name': 'cli', 'graphql-client-version': '7' },
    { client: 'cli', clientVersion: '7' },
  ],
  ['a long name', { 'graphql-client-name': 'n'.repeat(2000) }, { client: 'n'.repeat(64) }],
  ['a name with quotes', { 'graphql-client-name': '"},{"msg":"x' }, { client: '"},{"msg":"x' }],
  ['a name that is not printable', { 'graphql-client-name': 'caf\u00e9' }, {}],
])('the client by %s', async (_what, headers, expected) => {
  const line = await lineOf(() => gateway.query('{ __typename }', {}, { ...asWeb, ...headers }));

  const { client, clientVersion } = line;
  expect({ ...(client && { client }), ...(clientVersion && { clientVersion }) }).toEqual(expected);
});

test('a long name of an operation is cut, and a name that the document does not have is left out', async () => {
  const name = 'N'.repeat(200);

  expect(await lineOf(() => gateway.query(`query ${name} { __typename }`, {}, asWeb))).toMatchObject({
    operation: 'N'.repeat(64),
  });
  const body = JSON.stringify({ query: 'query A { __typename }', operationName: 'forged","x":"' });
  const headers = { ...asWeb, 'content-type': 'application/json' };
  const refused = await lineOf(() => fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }));
  expect(refused).toMatchObject({
    msg: 'refused',
    operation: null,
    codes: { OPERATION_RESOLUTION_FAILURE: 1 },
  });
});

test('a request whose every field failed is "failed", at the level of its worst error', async () => {
  const notFound = await lineOf(() => gateway.query(spaces, { ids: ['cid.unknown', 'cid.unknown2'] }, asWeb));
  const down = await lineOf(() => gateway.query(spaces, { ids: ['cid.unknown', 'cid.502'] }, asWeb));
  const refusedApp = await lineOf(() => gateway.query(space, { id: 'cid.apiPermissionDenied' }, asWeb));

  expect(
    [notFound, down, refusedApp].map(({ level, msg, status, codes }) => [level, msg, status, codes]),
  ).toEqual([
    ['info', 'failed', 200, { CONVERSATION_NOT_FOUND: 2 }],
    ['warn', 'failed', 200, { CONVERSATION_NOT_FOUND: 1, UPSTREAM_UNAVAILABLE: 1 }],
    ['error', 'failed', 200, { GATEWAY_MISCONFIGURED: 1 }],
  ]);
});

test('errors beyond MAX_ERRORS count as omitted', async () => {
  await using few = await startGateway({ environment: { MAX_ERRORS: '3' } });
  const ids = Array.from({ length: 10 }, (_, index) => `cid.unknown${index}`);

  const line = await lineOf(() => few.query(spaces, { ids }), few);

  expect(line).toMatchObject({ lookups: 10, codes: { CONVERSATION_NOT_FOUND: 2, ERRORS_OMITTED: 8 } });
});

test('a request of which the cache knows everything makes no call', async () => {
  await using cached = await startCachedGateway();
  const ask = () => lineOf(() => cached.query(spaces, { ids: ['cid.demo.a', 'cid.demo.b'] }), cached);

  const [first, second] = [await ask(), await ask()];
  cached.clock.advance(60_000);
  const third = await ask();

  expect(
    [first, second, third].map(({ lookups, calls, memory, stale }) => [lookups, calls, memory, stale]),
  ).toEqual([
    [2, 2, 0, 0],
    [2, 0, 2, 0],
    [2, 0, 2, 2],
  ]);
});

test('a request that waits for the call of another one has joined it, and made none', async () => {
  await using cached = await startCachedGateway();
  await cached.lookUp('cid.demo.a');
  cached.upstream.setLatency(200, 'conversationSpace');
  const from = cached.log.length;

  await Promise.all([cached.lookUp('cid.demo.b'), cached.lookUp('cid.demo.b')]);

  await eventually(() => requestLines(cached.log, from).length === 2);
  const figures = requestLines(cached.log, from).map(({ calls, joined }) => [calls, joined]);
  expect(figures.toSorted()).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test('many files of one call are one call', async () => {
  const files = 'query ($ids: [ID!]!) { dentries(spaceId: "space.demo.a", dentryIds: $ids) { name } }';
  const ids = Array.from({ length: 40 }, (_, index) => `dentry.demo.${index}`);

  expect(await lineOf(() => gateway.query(files, { ids }, asWeb))).toMatchObject({ lookups: 40, calls: 2 });
});

test('retries are calls', async () => {
  await using own = await startGateway();
  own.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' }, 2);

  const line = await lineOf(() => own.query(space, { id: 'cid.demo.a' }), own);

  expect(line).toMatchObject({ msg: 'answered', lookups: 1, calls: 3 });
});

test('equal failures of a request are one line with their number and the first of them', async () => {
  const ids = [...Array.from({ length: 9 }, (_, index) => `cid.unknown${index}`), 'cid.502', 'cid.503'];
  const from = gateway.log.length;

  await gateway.query(spaces, { ids }, { ...asWeb, 'x-request-id': 'many' });

  const failures = logLines(gateway.log, from).filter(({ msg }) => msg === 'lookup failed');
  expect(failures).toEqual([
    expect.objectContaining({
      level: 'info',
      requestId: 'many',
      key: 'web',
      count: 9,
      path: 'conversations.0.space',
      kind: 'not-found',
      dingtalk: expect.objectContaining({ code: 'conversationNotExist', requestId: expect.any(String) }),
    }),
    expect.objectContaining({ level: 'warn', count: 2, path: 'conversations.9.space', kind: 'unavailable' }),
  ]);
});

test('a client that leaves before its answer has a line that says so', async () => {
  await using own = await startGateway();
  await own.query(space, { id: 'cid.demo.a' });
  own.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const leaving = new AbortController();

  const line = await lineOf(async () => {
    const answer = own.query(space, { id: 'cid.demo.b' }, {}, leaving.signal);
    await own.upstream.waitForCalls('conversationSpace', 2);
    leaving.abort();
    await expect(answer).rejects.toThrow();
  }, own);

  expect(line).toMatchObject({ level: 'info', msg: 'left', lookups: 1, calls: 1 });
  expect(line).not.toHaveProperty('status');
  expect(line).not.toHaveProperty('codes');
});

test.each(['/healthz', '/readyz', '/metrics'])('a check of %s is logged at debug', async (path) => {
  const line = await lineOf(() => fetch(`${gateway.url}${path}`));

  expect(line).toMatchObject({ level: 'debug', msg: 'answered', route: path, status: 200 });
});

test('with LOG_LEVEL=warn requests have no lines', async () => {
  await using quiet = await startGateway({ environment: { LOG_LEVEL: 'warn' } });

  await quiet.query(space, { id: 'cid.demo.a' });
  await quiet.query('{ nope }');
  await quiet.query(space, { id: 'cid.502' });

  expect(logLines(quiet.log).map(({ msg }) => msg)).toEqual(['lookup failed']);
});

test('the table of docs/operating.md has every field of these lines', async () => {
  const rows = tableRows(await readPage('docs/operating.md'), ['field', 'is']);
  await using folder = await documentFolder({ 'documents.json': { space } });
  await using many = await startGateway({
    environment: {
      GATEWAY_API_KEYS: `web=${webKey}`,
      PERSISTED_DOCUMENTS: folder.pathOf('documents.json'),
    },
  });
  const headers = {
    ...asWeb,
    'graphql-client-name': 'cli',
    'graphql-client-version': '1',
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  };

  await many.query(space, { id: 'cid.unknown' }, headers);
  await many.query('{ nope }', {}, headers);
  const method = 'OPTIONS';
  const page = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
  await fetch(`${many.url}/graphql`, { method, headers: page });
  await eventually(() => requestLines(many.log).length === 3);

  const fields = new Set(requestLines(many.log).flatMap((line) => Object.keys(line)));
  expect(rows.flatMap(([field = '']) => field.replaceAll('`', '').split(', ')).toSorted()).toEqual(
    [...fields].toSorted(),
  );
});
