import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from '@jest/globals';
import { problemLines } from '../support/log-lines.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

/** A long deadline, so that only a client that disconnects ends a call. */
const patient = { UPSTREAM_TIMEOUT_MS: '600000' };

test('a client that disconnects while its lookups wait for a token ends these lookups', async () => {
  await using gateway = await startGateway({ environment: { ...patient, DINGTALK_QPS: '2' } });
  const { upstream } = gateway;
  const query = `{ ${['a', 'b', 'c', 'd'].map((id) => `${id}: conversationSpace(openConversationId: "cid.demo.${id}") { spaceId }`).join(' ')} }`;
  upstream.addFault('accessToken', { kind: 'hang' }, 1);

  const waitingForToken = await startRequest(gateway, query);
  await upstream.waitForCalls('accessToken', 1);
  waitingForToken.destroy();
  await eventually(() => abortedLookups(gateway) === 4);
  // The token call continues: other requests use or await its token.
  expect([upstream.callsTo('conversationSpace').length, upstream.inFlight]).toEqual([0, 1]);
});

test('a client that disconnects ends its calls in flight and its queued calls', async () => {
  await using gateway = await startGateway({ environment: { ...patient, DINGTALK_QPS: '2' } });
  const { upstream } = gateway;
  const query = `{ ${['a', 'b', 'c', 'd'].map((id) => `${id}: conversationSpace(openConversationId: "cid.demo.${id}") { spaceId }`).join(' ')} }`;
  upstream.addFault('conversationSpace', { kind: 'hang' });

  const leaving = await startRequest(gateway, query);
  await upstream.waitForCalls('conversationSpace', 2);
  leaving.destroy();
  await eventually(() => upstream.abortedCalls === 2);
  await eventually(() => abortedLookups(gateway) === 4);

  expect(upstream.inFlight).toBe(0);
  expect(upstream.callsTo('conversationSpace')).toHaveLength(2);
});

test('a client that disconnects with two pipelined requests aborts the calls of both', async () => {
  await using gateway = await startGateway({ environment: patient });
  const { upstream } = gateway;
  upstream.addFault('conversationSpace', { kind: 'hang' });

  const leaving = await startRequest(gateway, lookupOf('first'), lookupOf('second'));
  await upstream.waitForCalls('conversationSpace', 2);
  leaving.destroy();
  await eventually(() => upstream.abortedCalls === 2);

  expect(upstream.inFlight).toBe(0);
});

test('a client that disconnects during authentication causes no lookup', async () => {
  await using gateway = await startGateway({ environment: { ...patient, VIEWER_AUTH: 'dingtalk' } });
  const { upstream } = gateway;
  upstream.addFault('usersMe', { kind: 'hang' }, 1);

  const leaving = await startRequest(gateway, lookupOf('a'));
  await upstream.waitForCalls('usersMe', 1);
  leaving.destroy();
  await eventually(() => upstream.abortedCalls === 1);
  const next = await gateway.query(lookupOf('b'), {}, { authorization: 'Bearer sandbox-user-token-chy' });

  expect(next.status).toBe(200);
  expect(upstream.callsTo('conversationSpace').map(({ body }) => body)).toEqual([
    { openConversationId: 'cid.demo.b' },
  ]);
  expect(problemLines(gateway.log)).toEqual([]);
});

/** As the log counts them: equal ones of a request are one line. */
const abortedLookups = (gateway: GatewayUnderTest): number =>
  linesOf(gateway, 'lookup aborted: the client closed the connection').reduce(
    (sum, { count = 0 }) => sum + count,
    0,
  );

const lookupOf = (id: string): string =>
  `{ conversationSpace(openConversationId: "cid.demo.${id}") { spaceId } }`;

/** A connection on which the queries are pipelined. */
async function startRequest({ url }: GatewayUnderTest, ...queries: string[]): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, 'connect');
  for (const query of queries) {
    const body = JSON.stringify({ query });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sandbox-user-token-chy\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }
  return socket;
}

const linesOf = ({ log }: GatewayUnderTest, msg: string): { count?: number }[] =>
  log.map((line) => JSON.parse(line)).filter((line) => line.msg === msg);

/** Waits until the condition holds, for a limited time. */
async function eventually(isSo: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > giveUpAtMs) throw new Error('What was waited for did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
