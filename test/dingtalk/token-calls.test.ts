import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { SandboxApi } from '../../src/sandbox/sandbox.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };
const refused = { kind: 'error', code: 'invalidClientIdOrSecret' } as const;
/** A passing fault that the breaker does not count as a failure. */
const garbled = { kind: 'html', status: 200 } as const;

async function start(environment: NodeJS.ProcessEnv = {}) {
  const clock = createManualClock();
  const gateway = await startGateway({ clock, environment });
  return {
    clock,
    gateway,
    /** The status of `/readyz`, which needs no credentials. */
    async ready() {
      const { status } = await fetch(`${gateway.url}/readyz`);
      return status;
    },
    calls: (api: SandboxApi = 'accessToken') => gateway.upstream.callsTo(api).length,
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

test('refused credentials are retried after a time that grows to 30 seconds, at any number of requests', async () => {
  await using under = await start();
  const { clock, gateway, ready, calls } = under;
  gateway.upstream.addFault('accessToken', refused);
  const waits = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];

  for (const [index, waitMs] of waits.entries()) {
    expect(await Promise.all(Array.from({ length: 10 }, ready))).toEqual(Array(10).fill(503));
    clock.advance(waitMs - 1);
    expect(await ready()).toBe(503);
    expect(calls()).toBe(index + 1);
    clock.advance(1);
  }
});

test('a cached refusal answers lookups with DingTalk’s error, and ends with the next success', async () => {
  await using under = await start();
  const { clock, gateway, ready, calls } = under;
  gateway.upstream.addFault('accessToken', refused, 2);
  const ask = async () => (await gateway.query(lookup, example)).body;

  const [first, second] = [await ask(), await ask()];
  clock.advance(1000);
  await ready();
  clock.advance(2000);
  const third = await ask();

  expect(second).toEqual(first);
  expect(second.errors?.[0]?.extensions).toMatchObject({
    code: 'GATEWAY_MISCONFIGURED',
    retryable: false,
    dingtalk: { code: 'invalidClientIdOrSecret', status: 400 },
  });
  expect([third, calls()]).toEqual([found, 3]);

  // A second again, not four.
  gateway.upstream.expireTokens();
  gateway.upstream.addFault('accessToken', refused, 1);
  await ask();
  clock.advance(1000);
  expect([await ask(), calls()]).toEqual([found, 5]);
});

test('one organization’s refusal does not affect another', async () => {
  await using under = await start({
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'secret',
    DINGTALK_CORP_ID: sandboxCredentials.corpId,
  });
  const { gateway, calls } = under;
  gateway.upstream.addFault('corpToken', { kind: 'error', code: 'unauthorized.client' }, 1);
  const ask = async (corpId: string) => {
    const viewer = { 'x-router-secret': 'secret', 'x-dingtalk-union-id': 'chyxxxxx' };
    const { body } = await gateway.query(
      lookup,
      { id: 'cid.demo.a' },
      { ...viewer, 'x-dingtalk-corp-id': corpId },
    );
    return body.errors?.[0]?.extensions.code ?? 'ok';
  };

  expect([await ask('ding1234xxxxx'), await ask('ding5678xxxxx'), await ask('ding1234xxxxx')]).toEqual([
    'GATEWAY_MISCONFIGURED',
    'ok',
    'GATEWAY_MISCONFIGURED',
  ]);
  expect(calls('corpToken')).toBe(2);
});

test('a passing fault is retried, within the rate limit of the token endpoint', async () => {
  await using under = await start({ DINGTALK_QPS: '2' });
  const { clock, gateway, ready, calls } = under;
  gateway.upstream.addFault('accessToken', garbled);

  expect([await ready(), await ready()]).toEqual([503, 503]);
  const third = ready();
  await clock.waitForTimer(1000);
  expect(calls()).toBe(2);
  clock.advance(1000);

  expect(await third).toBe(503);
  expect(calls()).toBe(3);
});

test('a token call that cannot start before the deadline is not made', async () => {
  await using under = await start({ DINGTALK_QPS: '1', UPSTREAM_TIMEOUT_MS: '500' });
  const { gateway, calls } = under;
  gateway.upstream.addFault('accessToken', garbled, 1);

  const ask = async () => (await gateway.query(lookup, example)).body.errors?.[0]?.extensions;
  expect(await ask()).toMatchObject({ code: 'UPSTREAM_MALFORMED_RESPONSE' });
  expect(await ask()).toEqual({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1000 });
  expect(calls()).toBe(1);
});

testWithRedis('replicas share the rate limit of token calls', async () => {
  await using redis = await startRedis();
  await using one = await start({ REDIS_URL: redis.url });
  await using two = await start({
    REDIS_URL: redis.url,
    DINGTALK_API_URL: one.gateway.upstream.url,
  });
  const raw = new Client(redis.url, { disconnectTimeout: 50 });
  one.gateway.upstream.addFault('accessToken', garbled, 2);

  expect([await one.ready(), await two.ready()]).toEqual([503, 503]);
  const counts = await raw.keys('dingtalk-gateway:budget:*');
  const taken = await raw.zcard(counts[0] ?? '');
  raw.disconnect();

  expect([counts.length, taken]).toEqual([1, 2]);
});

async function startSuite(environment: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ticket-'));
  const ticketFile = join(folder, 'ticket');
  const under = await start({
    DINGTALK_APP_KEY: '',
    DINGTALK_APP_SECRET: '',
    DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
    DINGTALK_SUITE_SECRET: sandboxCredentials.suiteSecret,
    DINGTALK_SUITE_TICKET_FILE: ticketFile,
    DINGTALK_CORP_ID: sandboxCredentials.corpId,
    ...environment,
  });
  return {
    ...under,
    ticketFile,
    async [Symbol.asyncDispose]() {
      await under[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

test('a refused suite ticket is not tried again, a new one at once', async () => {
  await using suite = await startSuite();
  await writeFile(suite.ticketFile, 'yesterdays-ticket');
  expect([await suite.ready(), await suite.ready()]).toEqual([503, 503]);
  expect(suite.calls('corpAccessToken')).toBe(1);

  await writeFile(suite.ticketFile, sandboxCredentials.suiteTicket);

  expect(await suite.ready()).toBe(200);
  expect(suite.calls('corpAccessToken')).toBe(2);
});

test('without its ticket a suite is not ready, even with a valid token', async () => {
  await using suite = await startSuite();
  await writeFile(suite.ticketFile, sandboxCredentials.suiteTicket);
  expect(await suite.ready()).toBe(200);

  await rm(suite.ticketFile);
  const without = await suite.ready();
  await writeFile(suite.ticketFile, sandboxCredentials.suiteTicket);

  expect([without, await suite.ready()]).toEqual([503, 200]);
  expect(suite.calls('corpAccessToken')).toBe(1);
});
