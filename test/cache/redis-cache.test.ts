import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { passTime, subscribersOf, untilConnected } from './connected-replicas.ts';

const ttlMs = 60_000;
const restMs = 1001;
const id = 'cid.demo.secret-group';

async function startUpstream(): Promise<Sandbox & AsyncDisposable> {
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  return { ...upstream, [Symbol.asyncDispose]: () => upstream.close() };
}

/** One Redis, inspected by `client`, and one DingTalk, for all replicas of a test. */
async function startWorld() {
  const redis = await startRedis();
  const upstream = await startUpstream();
  const client = connect(redis.url);
  return {
    redis,
    upstream,
    client,
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A replica: the same application in front of the same DingTalk. */
const startReplica = (
  upstream: Sandbox,
  redisUrl: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<CachedGateway> =>
  startCachedGateway({
    ...manyViewers,
    DINGTALK_API_URL: upstream.url,
    REDIS_URL: redisUrl,
    ...environment,
  });

/** The same, connected to Redis, with nothing stored there or in memory. */
async function startConnected(
  upstream: Sandbox,
  redisUrl: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<CachedGateway> {
  await using client = connect(redisUrl);
  const before = await subscribersOf(client);
  const gateway = await startReplica(upstream, redisUrl, environment);
  await untilConnected(gateway, client, before);
  upstream.clearCalls();
  return gateway;
}

/** A refusal is in memory before Redis has it. Where Redis missed it, it is noted again each second. */
async function untilReplaced(
  key: string,
  held: Buffer | null,
  client: Client,
  gateway: CachedGateway,
): Promise<void> {
  await eventually(async () => {
    const now = await client.getBuffer(key);
    if (now === null || !held?.equals(now)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
    gateway.clock.advance(restMs);
    return false;
  });
}

const callsOf = (upstream: Sandbox): number => upstream.callsTo('conversationSpace').length;

async function keysOf(client: Client): Promise<string[]> {
  return (await client.keys('*')).filter((key) => key.includes(':lookup:'));
}

function connect(url: string): Client & AsyncDisposable {
  const client = new Client(url);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() });
}

testWithRedis('replicas share answers, separately for each viewer', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startConnected(upstream, redis.url);
  upstream.denyAccess('lin', 'cid.badTime');

  const first = await one.lookUp('cid.badTime', 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);
  const second = await other.lookUp('cid.badTime', 'chy');
  const ofLin = await other.lookUp('cid.badTime', 'lin');

  expect(first.body.data.conversationSpace).toMatchObject({ createTime: null });
  expect(second.body).toEqual(first.body);
  expect(codeOf(ofLin)).toBe('FORBIDDEN');
  expect(upstream.callsTo('conversationSpace').map(({ query }) => query['unionId'])).toEqual(['chy', 'lin']);
});

testWithRedis('replicas share a refusal, and it removes the entry from the memory of another', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startConnected(upstream, redis.url);
  await one.lookUp(id, 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);
  await other.lookUp(id, 'chy');
  upstream.denyAccess('chy', id);

  await passTime(ttlMs, client, one);
  await one.lookUp(id, 'chy');
  await eventually(async () => codeOf(await one.lookUp(id, 'chy')) === 'FORBIDDEN');
  // Its own entry is still fresh.
  await eventually(async () => codeOf(await other.lookUp(id, 'chy')) === 'FORBIDDEN');

  expect(callsOf(upstream)).toBe(2);
});

testWithRedis('a refusal read from Redis has the same message', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startConnected(upstream, redis.url);

  const refused = await one.lookUp('nowhere', 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);
  const again = await other.lookUp('nowhere', 'chy');

  expect(refused.body.errors).toMatchObject([
    {
      message: 'There is no such group: check the openConversationId, case included.',
      extensions: { code: 'CONVERSATION_NOT_FOUND' },
    },
  ]);
  expect(again.body).toEqual(refused.body);
  expect(callsOf(upstream)).toBe(1);
});

testWithRedis(
  'an entry in Redis from before a refusal is not served, even if Redis missed the refusal',
  async () => {
    await using world = await startWorld();
    const { redis, upstream, client } = world;
    await using gateway = await startConnected(upstream, redis.url);
    await gateway.lookUp(id, 'chy');
    await eventually(async () => (await keysOf(client)).length === 1);
    const [key = ''] = await keysOf(client);
    upstream.denyAccess('chy', id);
    await passTime(ttlMs, client, gateway);
    const before = await client.getBuffer(key);
    await gateway.lookUp(id, 'chy');
    await eventually(async () => codeOf(await gateway.lookUp(id, 'chy')) === 'FORBIDDEN');
    await untilReplaced(key, before, client, gateway);

    await client.set(key, before ?? '');
    gateway.clock.advance(5000);

    expect(codeOf(await gateway.lookUp(id, 'chy'))).toBe('FORBIDDEN');
    expect(callsOf(upstream)).toBe(3);
  },
);

testWithRedis('a tombstone holds against a late writer', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using slow = await startConnected(upstream, redis.url);
  await using quick = await startConnected(upstream, redis.url);
  upstream.setLatency(500, 'conversationSpace');
  const answering = slow.lookUp(id, 'chy');
  await upstream.waitForCalls('conversationSpace', 1);
  upstream.setLatency(0, 'conversationSpace');
  upstream.denyAccess('chy', id);
  // Otherwise the other replica waits for this answer.
  for (const lease of await client.keys('*:lease:*')) await client.del(lease);

  const refused = await quick.lookUp(id, 'chy');
  const space = await answering;
  const [key = ''] = await keysOf(client);
  const held = await client.getBuffer(key);
  const again = [await slow.lookUp(id, 'chy'), await quick.lookUp(id, 'chy')];

  expect([codeOf(refused), codeOf(space)]).toEqual(['FORBIDDEN', undefined]);
  expect(again.map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(await client.getBuffer(key)).toEqual(held);
  expect(callsOf(upstream)).toBe(2);
});

testWithRedis('nothing in Redis is in the clear, and everything in it expires', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using gateway = await startConnected(upstream, redis.url);
  const { body } = await gateway.lookUp(id, 'chy-union');
  await gateway.lookUp('cid.permissionDenied', 'chy-union');
  await eventually(async () => (await keysOf(client)).length === 2);

  const keys = await keysOf(client);
  const lives = await Promise.all(keys.map((key) => client.pttl(key)));
  const dump = (await Promise.all(keys.map(async (key) => `${key} ${await client.get(key)}`))).join('\n');

  for (const secret of [
    id,
    'chy-union',
    body.data.conversationSpace.spaceId,
    'permissionDenied',
    'spaceId',
  ]) {
    expect(dump).not.toContain(secret);
  }
  for (const lifeMs of lives) expect(lifeMs).toBeGreaterThan(0);
  expect(Math.max(...lives)).toBeLessThanOrEqual(660_000);
});

testWithRedis.each([
  ['garbage', (client: Client, key: string) => client.set(key, 'garbage')],
  ['a list', async (client: Client, key: string) => (await client.del(key)) + (await client.rpush(key, 'x'))],
  [
    'a sealed text with a future time',
    async (client: Client, key: string) => {
      const held = await client.getBuffer(key);
      await client.set(
        key,
        Buffer.concat([Buffer.from('9999999999999'), held?.subarray(13) ?? Buffer.alloc(0)]),
      );
    },
  ],
  [
    'one changed byte',
    async (client: Client, key: string) => {
      const held = await client.getBuffer(key);
      await client.setrange(key, 60, Buffer.of((held?.[60] ?? 0) ^ 1));
    },
  ],
] as const)('%s under our key counts as no entry, and is replaced', async (_what, spoil) => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startConnected(upstream, redis.url);
  await using third = await startConnected(upstream, redis.url);
  const first = await one.lookUp(id, 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);
  const [key = ''] = await keysOf(client);
  await spoil(client, key);
  const spoilt = await client.dumpBuffer(key);

  const second = await other.lookUp(id, 'chy');
  await eventually(async () => !(await client.dumpBuffer(key)).equals(spoilt));
  await third.lookUp(id, 'chy');

  expect(second.body).toEqual(first.body);
  expect(callsOf(upstream)).toBe(2);
});

testWithRedis('a gateway with another secret reads and overwrites nothing', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startReplica(upstream, redis.url, {
    DINGTALK_APP_SECRET: 'another secret of the same application',
  });
  await one.lookUp(id, 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);

  const refused = await other.lookUp(id, 'chy');

  expect(codeOf(refused)).toBe('GATEWAY_MISCONFIGURED');
  expect(await keysOf(client)).toHaveLength(1);
});

testWithRedis('a full Redis still deletes the entry at a refusal', async () => {
  await using world = await startWorld();
  const { redis, upstream, client } = world;
  await using one = await startConnected(upstream, redis.url);
  await using other = await startConnected(upstream, redis.url);
  await one.lookUp(id, 'chy');
  await eventually(async () => (await keysOf(client)).length === 1);
  await passTime(ttlMs, client, one);
  const [key = ''] = await keysOf(client);
  const held = await client.getBuffer(key);
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await client.config('SET', 'maxmemory', '1');
  upstream.denyAccess('chy', id);

  await one.lookUp(id, 'chy');
  await eventually(async () => codeOf(await one.lookUp(id, 'chy')) === 'FORBIDDEN');

  // A script that has written may exceed the limit: the refusal is stored where it shares a trip with such an operation.
  await untilReplaced(key, held, client, one);
  expect(codeOf(await other.lookUp(id, 'chy'))).toBe('FORBIDDEN');
  expect(codeOf(await other.lookUp('cid.demo.b', 'chy'))).toBeUndefined();
  expect(await client.getBuffer(key)).not.toEqual(held);
});

testWithRedis('lookups are answered without Redis, and use it again once it is back', async () => {
  await using redis = await startRedis();
  await using upstream = await startUpstream();
  await redis.stop();
  await using one = await startReplica(upstream, redis.url);
  await using other = await startReplica(upstream, redis.url);

  const without = await one.lookUp('cid.demo.1', 'chy');
  await redis.start();
  await using client = connect(redis.url);
  let asked = 1;
  await eventually(async () => {
    one.clock.advance(1000);
    await one.lookUp(`cid.demo.${(asked += 1)}`, 'chy');
    return (await keysOf(client)).length > 0;
  });
  await redis.stop();
  const during = [await one.lookUp('cid.demo.during', 'chy'), await other.lookUp('cid.demo.during', 'chy')];

  expect([without, ...during].map(codeOf)).toEqual([undefined, undefined, undefined]);
});

testWithRedis.each([2000, Infinity])(
  'a Redis that takes %d ms for every answer fails no lookup',
  async (slowMs) => {
    await using redis = await startRedis();
    await using upstream = await startUpstream();
    await using proxy = await startTcpProxy(Number(new URL(redis.url).port));
    await using gateway = await startConnected(upstream, `redis://127.0.0.1:${proxy.port}`);
    await gateway.lookUp('cid.demo.before', 'chy');
    proxy.setMode(slowMs === Infinity ? { kind: 'swallow' } : { kind: 'delay', ms: slowMs });

    const answering = Promise.all(['a', 'b', 'c'].map((name) => gateway.lookUp(`cid.demo.${name}`, 'chy')));
    let answered = false;
    void answering.then(() => (answered = true));
    let waitedMs = 0;
    // The longest time of two commands: a read and a write.
    await eventually(() => {
      if (!answered && waitedMs < 100) gateway.clock.advance((waitedMs += 1) && 1);
      return answered;
    });

    expect((await answering).map(codeOf)).toEqual([undefined, undefined, undefined]);
    expect(waitedMs).toBeLessThanOrEqual(100);
  },
);
