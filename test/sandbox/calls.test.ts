import { Agent, request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCallLog } from '../../src/sandbox/call-log.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, lookUp, post } from './sandbox-client.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ nowMs: () => 42 });
});
afterEach(() => sandbox.close());

async function getOver(agent: Agent, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const sent = request(`${sandbox.url}${path}`, { agent }, (response) => {
      response.resume().once('end', resolve);
    });
    sent.once('error', reject).end();
  });
}

test('every call is recorded, with its request and answer', async () => {
  const token = await fetchAccessToken(sandbox);
  const { headers } = await lookUp(sandbox, token, 'cid9FTRQSLo+sKxxxx', 'a+b/c=');

  expect(sandbox.calls.map(({ api }) => api)).toEqual(['accessToken', 'conversationSpace']);
  expect(sandbox.callsTo('conversationSpace')).toEqual([
    {
      api: 'conversationSpace',
      method: 'POST',
      path: '/v1.0/convFile/conversations/spaces/query',
      query: { unionId: 'a+b/c=' },
      headers: expect.objectContaining({ 'x-acs-dingtalk-access-token': token }),
      body: { openConversationId: 'cid9FTRQSLo+sKxxxx' },
      atMs: 42,
      tcpConnection: expect.any(Number),
      status: 200,
      requestId: headers.get('x-acs-request-id'),
    },
  ]);
});

test('calls with a broken or overlong body are recorded too', async () => {
  const path = `${sandbox.url}/v1.0/oauth2/accessToken`;
  const headers = { 'content-type': 'application/json' };
  await fetch(path, { method: 'POST', headers, body: '{"appKey":' });
  await post(sandbox, '/v1.0/oauth2/accessToken', { appKey: 'x'.repeat(2 ** 20) });

  expect(sandbox.calls.map(({ api, body, status }) => ({ api, body, status }))).toEqual([
    { api: 'accessToken', body: '{"appKey":', status: 400 },
    { api: 'unknownPath', body: undefined, status: 413 },
  ]);
});

test('each connection has its own number', async () => {
  const keeping = new Agent({ keepAlive: true, maxSockets: 1 });
  const closing = new Agent({ keepAlive: false });
  for (const agent of [keeping, keeping, closing, closing]) {
    await getOver(agent, '/');
  }
  keeping.destroy();

  expect(sandbox.calls.map(({ tcpConnection }) => tcpConnection)).toEqual([1, 1, 2, 3]);
});

test('waitForCalls resolves once that many have arrived, though none is answered', async () => {
  sandbox.addFault('accessToken', { kind: 'hang' });
  const two = sandbox.waitForCalls('accessToken', 2);
  const gone = new AbortController();
  const answers = [1, 2].map(() =>
    fetch(`${sandbox.url}/v1.0/oauth2/accessToken`, { method: 'POST', signal: gone.signal }),
  );
  const settled = Promise.allSettled(answers);

  await two;
  expect(sandbox.callsTo('accessToken').map(({ status }) => status)).toEqual([undefined, undefined]);
  expect(sandbox.inFlight).toBe(2);

  gone.abort();
  await settled;
  while (sandbox.inFlight > 0) {
    await nextTurn();
  }
  expect(sandbox.abortedCalls).toBe(2);
});

test('clearCalls empties the log and resets the count', async () => {
  await fetchAccessToken(sandbox);
  sandbox.clearCalls();
  expect(sandbox.calls).toEqual([]);

  const one = sandbox.waitForCalls('accessToken', 1);
  await fetchAccessToken(sandbox);
  await one;
  expect(sandbox.calls).toHaveLength(1);
});

test('the log keeps the latest 10,000 calls at most, and still counts them all', async () => {
  const log = createCallLog();
  const call = { api: 'usersMe', method: 'GET', path: '', query: {}, headers: {}, body: undefined } as const;
  for (let atMs = 1; atMs <= 25_000; atMs += 1) {
    log.add({ ...call, atMs, tcpConnection: 1 });
    expect(log.calls.length <= 10_000).toBe(true);
  }

  await log.waitFor('usersMe', 25_000);
  expect(log.calls.at(-1)?.atMs).toBe(25_000);
  expect(log.calls.length).toBeGreaterThanOrEqual(9_000);
});

test('latency delays the answer of one API, and close cuts a delayed answer', async () => {
  sandbox.setLatency(3_600_000, 'accessToken');
  const slow = fetchAccessToken(sandbox).catch(() => 'cut');
  await sandbox.waitForCalls('accessToken', 1);
  await fetch(sandbox.url);
  expect(sandbox.inFlight).toBe(1);

  await sandbox.close();
  expect(await slow).toBe('cut');
  expect(sandbox.abortedCalls).toBe(0);
});

test('a call that has waited its latency is answered', async () => {
  sandbox.setLatency(1);

  expect(await fetchAccessToken(sandbox)).toEqual(expect.any(String));
});

test('close may be called twice, and frees the port', async () => {
  await sandbox.close();
  await sandbox.close();
  const again = await startSandbox({ port: Number(new URL(sandbox.url).port) });

  expect(again.url).toBe(sandbox.url);
  await again.close();
});
