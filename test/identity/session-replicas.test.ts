import { afterAll, beforeAll, expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';
import { startSessionGateway, type SessionGateway } from '../support/session-gateway.ts';

/** One DingTalk for all: what gateways of different hosts store has different names. */
let upstream: Sandbox;
beforeAll(async () => {
  upstream = await startSandbox({ callsPerSecond: Infinity });
});
afterAll(() => upstream.close());

const startReplica = (redisUrl: string, environment: NodeJS.ProcessEnv = {}): Promise<SessionGateway> =>
  startSessionGateway({
    environment: {
      REDIS_URL: redisUrl,
      DINGTALK_API_URL: upstream.url,
      DINGTALK_LEGACY_URL: upstream.url,
      ...environment,
    },
  });

test('a session that ends at one replica has ended at the others at once, and at those that start later', async () => {
  await using server = await startRedis();
  await using one = await startReplica(server.url);
  await using two = await startReplica(server.url);
  const token = await one.tokenOf('auth.chyxxxxx.1');
  const { body: renewed } = await two.renew(token);
  expect((await two.ask(token)).status).toBe(200);

  expect((await one.end(token)).status).toBe(204);
  await using later = await startReplica(server.url);

  for (const replica of [one, two, later]) {
    for (const each of [token, renewed.token]) {
      expect((await replica.ask(each)).status).toBe(401);
      expect((await replica.renew(each)).status).toBe(401);
    }
  }
});

test('while the app’s secret is replaced, an end reaches gateways with either', async () => {
  await using server = await startRedis();
  await using old = await startReplica(server.url, { DINGTALK_APP_SECRET: 'sandbox-app-secret' });
  await using next = await startReplica(server.url, { DINGTALK_APP_SECRET: 'next,sandbox-app-secret' });
  const token = await old.tokenOf('auth.chyxxxxx.2');

  await old.end(token);

  expect((await next.ask(token)).status).toBe(401);
});

test('without an answer of Redis a token counts until it expires, but is not renewed; an end is written later', async () => {
  await using server = await startRedis();
  await using one = await startReplica(server.url);
  await using two = await startReplica(server.url);
  const token = await one.tokenOf('auth.chyxxxxx.3');
  await server.stop();

  const unavailable = {
    status: 503,
    body: { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterMs: 1000 } }] },
  };
  expect(await one.renew(token)).toMatchObject(unavailable);
  expect(await one.end(token)).toMatchObject(unavailable);
  // Where it ended it has ended.
  expect((await one.ask(token)).status).toBe(401);
  expect((await two.ask(token)).status).toBe(200);

  await server.start();
  await eventually(async () => {
    one.clock.advance(1000);
    two.clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return (await two.ask(token)).status === 401;
  });
  expect((await one.end(token)).status).toBe(204);
});

test('an end that Redis takes late outlives what other replicas have renewed meanwhile', async () => {
  await using server = await startRedis();
  await using client = Object.assign(new Client(server.url), {
    [Symbol.asyncDispose]: async () => client.disconnect(),
  });
  await client.acl('SETUSER', 'one', 'on', '>password', '~*', '&*', '+@all', '-set');
  await using one = await startReplica(server.url.replace('//', '//one:password@'));
  await using two = await startReplica(server.url);
  const token = await one.tokenOf('auth.chyxxxxx.6');
  expect((await one.end(token)).status).toBe(503);
  for (const { clock } of [one, two]) clock.advance(3_600_000);
  // The attempt of that hour is refused, too.
  await eventually(async () => {
    const refused = JSON.stringify(await client.acl('LOG'));
    return Number(/"count",(\d+)/.exec(refused)?.[1]) > 1;
  });
  const { body: renewed } = await two.renew(token);

  await client.acl('SETUSER', 'one', '+set');
  await eventually(async () => {
    one.clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return (await two.ask(renewed.token)).status === 401;
  });

  const [name = ''] = await client.keys('*:ended-session:*');
  expect(await client.pttl(name)).toBeGreaterThan(2 * 3_600_000);
});

test('what Redis has said of an end is known without it', async () => {
  await using server = await startRedis();
  await using one = await startReplica(server.url);
  await using two = await startReplica(server.url);
  const token = await one.tokenOf('auth.chyxxxxx.4');
  await one.end(token);
  expect((await two.ask(token)).status).toBe(401);

  await server.stop();

  expect((await two.ask(token)).status).toBe(401);
});

test('an end by a token of a minute holds for one of two hours', async () => {
  await using server = await startRedis();
  await using before = await startReplica(server.url);
  await using after = await startReplica(server.url, { SESSION_TTL_MS: '60000' });
  const token = await before.tokenOf('auth.chyxxxxx.8');
  const { body: renewed } = await after.renew(token);

  expect((await after.end(renewed.token)).status).toBe(204);
  for (const { clock } of [before, after]) clock.advance(10 * 60_000);

  for (const replica of [before, after]) expect((await replica.ask(token)).status).toBe(401);
});

test('in Redis is nothing about the person, and it lasts as long as the session could be renewed', async () => {
  await using server = await startRedis();
  await using client = Object.assign(new Client(server.url), {
    [Symbol.asyncDispose]: async () => client.disconnect(),
  });
  await using one = await startReplica(server.url);
  await one.end(await one.tokenOf('auth.chyxxxxx.5'));

  const [name = '', ...others] = await client.keys('*:ended-session:*');

  expect(others).toEqual([]);
  expect(name).toMatch(/^dingtalk-gateway:ended-session:[\w-]{43}$/);
  expect(await client.get(name)).toBe('1');
  const leftMs = await client.pttl(name);
  expect(leftMs).toBeLessThanOrEqual(12 * 3_600_000 + 60_000);
  expect(leftMs).toBeGreaterThan(12 * 3_600_000);
});

test('a reply about an end that no Redis gives is no answer: 503, and the end is written again', async () => {
  await using server = await startFakeRedis({ EVAL: '*1\r\n:7\r\n' });
  await using other = await startSessionGateway();
  await using gateway = await startReplica(`redis://127.0.0.1:${server.port}`);
  const token = await other.tokenOf('auth.chyxxxxx.9');

  expect((await gateway.renew(token)).status).toBe(503);
  expect((await gateway.end(token)).status).toBe(503);
  gateway.clock.advance(1000);
  expect((await gateway.end(token)).status).toBe(503);
  expect((await gateway.renew(token)).status).toBe(401);
});
