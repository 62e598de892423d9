import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { samplesOf, scrape } from './scrape.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const api = 'conversationSpace';

/** The codes of all answers so far, without those that no answer has had. */
async function errorsOf(gateway: GatewayUnderTest): Promise<Record<string, number>> {
  const all = samplesOf(await scrape(gateway.url), 'dingtalk_gateway_errors_total');
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, count]) => count > 0)
      .map(([labels, count]) => [/code="(\w+)"/.exec(labels)?.[1] ?? labels, count]),
  );
}

/** Sends bytes as they are, and returns the status line of the answer. */
async function sendRaw(gateway: GatewayUnderTest, request: string): Promise<string> {
  const socket = net.connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return (await text(socket)).split('\r\n', 1)[0] ?? '';
}

test('before the first error every code is counted as 0, so that Prometheus sees the first', async () => {
  await using gateway = await startGateway();

  const counts = samplesOf(await scrape(gateway.url), 'dingtalk_gateway_errors_total');

  expect(counts).toMatchObject({
    '{code="GATEWAY_MISCONFIGURED"}': 0,
    '{code="INTERNAL_SERVER_ERROR"}': 0,
    '{code="GRAPHQL_VALIDATION_FAILED"}': 0,
    '{code="METHOD_NOT_ALLOWED"}': 0,
  });
  expect(Object.keys(counts).length).toBeLessThan(40);
});

test('the errors of fields are counted by their public code, those of retried calls once', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault(api, { kind: 'error', code: 'systemError' }, 4);

  const answers = [];
  for (const id of ['cid.demo.a', 'cid.demo.b', 'cid.none'])
    answers.push(await gateway.query(lookup, { id }));

  const codes = answers.flatMap(({ body }) => body.errors?.map(({ extensions }) => extensions.code) ?? []);
  expect(codes).toEqual(['UPSTREAM_UNAVAILABLE', 'CONVERSATION_NOT_FOUND']);
  expect(await errorsOf(gateway)).toEqual({ UPSTREAM_UNAVAILABLE: 1, CONVERSATION_NOT_FOUND: 1 });
});

test('refused documents are counted, and errors beyond MAX_ERRORS', async () => {
  await using gateway = await startGateway({ environment: { MAX_ERRORS: '3' } });
  await gateway.query('{ nothing }');
  await gateway.query('{');
  const aliases = Array.from(
    { length: 8 },
    (_, at) => `a${at}: conversationSpace(openConversationId: "cid.none") { spaceId }`,
  );

  const { body } = await gateway.query(`{ ${aliases.join(' ')} }`);

  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual([
    'CONVERSATION_NOT_FOUND',
    'CONVERSATION_NOT_FOUND',
    'ERRORS_OMITTED',
  ]);
  expect(await errorsOf(gateway)).toEqual({
    GRAPHQL_VALIDATION_FAILED: 1,
    GRAPHQL_PARSE_FAILED: 1,
    CONVERSATION_NOT_FOUND: 3,
    ERRORS_OMITTED: 5,
  });
});

test('requests that never reach GraphQL are counted, wherever they are refused', async () => {
  await using gateway = await startGateway();
  const { port } = new URL(gateway.url);
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
  await fetch(`${gateway.url}/nothing`);
  await fetch(`${gateway.url}/graphql`, { method: 'DELETE' });
  await fetch(`${gateway.url}/graphql`, { ...post, body: '{' });
  await fetch(`${gateway.url}/graphql`, { ...post, body: '{}' });
  const host = `Host: 127.0.0.1:${port}\r\nConnection: close`;

  const statuses = [
    await sendRaw(gateway, `GET /%ff HTTP/1.1\r\n${host}\r\n\r\n`),
    await sendRaw(gateway, 'not HTTP\r\n\r\n'),
    await sendRaw(gateway, `POST /graphql HTTP/1.1\r\n${host}\r\nExpect: much\r\n\r\n`),
  ];

  expect(statuses.map((line) => line.split(' ')[1])).toEqual(['400', '400', '417']);
  expect(await errorsOf(gateway)).toEqual({ NOT_FOUND: 1, METHOD_NOT_ALLOWED: 1, BAD_REQUEST: 5 });
});

test('a request without credentials is counted', async () => {
  const environment = { VIEWER_AUTH: 'router', ROUTER_SECRET: 'router-secret' };
  await using gateway = await startGateway({ environment });

  const { status } = await gateway.query('{ __typename }');

  expect(status).toBe(401);
  expect(await errorsOf(gateway)).toEqual({ UNAUTHENTICATED: 1 });
});

test('what a client that has left would have been answered is not counted', async () => {
  await using gateway = await startGateway({ environment: { MAX_ERRORS: '1' } });
  await gateway.query(lookup, { id: 'cid.demo.first' });
  gateway.upstream.addFault(api, { kind: 'hang' }, 2);
  const leaving = new AbortController();
  const query = `{ a: conversationSpace(openConversationId: "cid.demo.a") { spaceId }
    b: conversationSpace(openConversationId: "cid.demo.b") { spaceId } }`;
  const from = gateway.log.length;

  const answer = gateway.query(query, {}, {}, leaving.signal);
  await gateway.upstream.waitForCalls(api, 3);
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await eventually(() => logLines(gateway.log, from).some(({ msg }) => msg === 'left'));

  expect(await errorsOf(gateway)).toEqual({});
});
