import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';

const ids = Array.from({ length: 25 }, (_, at) => `cid.demo.${at}`);
const lookups = `{ ${ids.map((id, at) => `a${at}: conversationSpace(openConversationId: "${id}") { corpId }`).join(' ')} }`;
const spaces = Object.fromEntries(ids.map((_, at) => [`a${at}`, { corpId: 'ding1234xxxxx' }]));

test('with DINGTALK_QPS=50, 25 new ids are 25 calls at once, over connections that are kept', async () => {
  await using gateway = await startGateway({ environment: { DINGTALK_QPS: '50' } });
  const { upstream } = gateway;
  // Long enough for all to arrive.
  upstream.setLatency(1500, 'conversationSpace');

  const first = gateway.query(lookups);
  await upstream.waitForCalls('conversationSpace', 25);
  expect(upstream.inFlight).toBe(25);
  expect((await first).body).toEqual({ data: spaces });
  upstream.setLatency(0, 'conversationSpace');
  expect((await gateway.query(lookups)).body).toEqual({ data: spaces });

  const calls = upstream.callsTo('conversationSpace');
  expect(calls.map(({ body }) => body)).toEqual(
    [...ids, ...ids].map((openConversationId) => ({ openConversationId })),
  );
  // One of them had been opened for the token.
  expect(new Set(calls.map(({ tcpConnection }) => tcpConnection)).size).toBe(25);
});
