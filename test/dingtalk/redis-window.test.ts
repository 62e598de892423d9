import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { defineLeaseOperations } from '../../src/dingtalk/pacing/lease-operations.ts';
import { createPaceWithoutRedis } from '../../src/dingtalk/pacing/pace-without-redis.ts';
import { createReplicaCount, type ReplicaCount } from '../../src/dingtalk/pacing/replica-count.ts';
import { createRedisWindow, type RedisWindow } from '../../src/dingtalk/pacing/redis-window.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import type { Redis } from '../../src/redis/redis.ts';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { createSealedRedis, sealRedis, type SealedRedis } from '../../src/redis/sealed-redis.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { scriptRedis } from '../support/script-client.ts';
import { startRedis, testWithRedis, type RedisServer } from '../support/redis-server.ts';
import { startGateway } from '../support/start-gateway.ts';
import { mostInASecond } from './most-in-a-second.ts';

const lookups = (from: number, count: number): string => {
  const aliases = Array.from(
    { length: count },
    (_, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${from + index}") { spaceId }`,
  );
  return `{ ${aliases.join(' ')} }`;
};

/** On a busy machine Redis must not look unreachable: commands have a second here instead of 50 ms. */
const patientClock: Clock = {
  ...systemClock,
  after: (delayMs, task) => systemClock.after([15, 50].includes(delayMs) ? 1000 : delayMs, task),
};

testWithRedis('three gateways on one Redis keep to one rate limit', async () => {
  await using redis = await startRedis();
  const environment = { REDIS_URL: redis.url, DINGTALK_QPS: '10', UPSTREAM_TIMEOUT_MS: '30000' };
  await using first = await startGateway({ environment, clock: patientClock });
  const others = { ...environment, DINGTALK_API_URL: first.upstream.url };
  await using second = await startGateway({ environment: others, clock: patientClock });
  await using third = await startGateway({ environment: others, clock: patientClock });
  const gateways = [first, second, third];
  for (const gateway of gateways) await fetch(`${gateway.url}/readyz`);
  // Redis is connected in the background; until then each gateway uses its share of the rate.
  const { redis: commands, seal } = await connect(redis, first.upstream.url);
  const announced = (): Promise<number> =>
    commands.run((client) => client.zcard(seal.lastingKeyOf('replicas')));
  while ((await announced()) < gateways.length) await new Promise((resolve) => setTimeout(resolve, 50));

  const answers = await Promise.all(gateways.map((gateway, index) => gateway.query(lookups(index * 10, 10))));

  for (const { body } of answers) expect(body.errors).toBeUndefined();
  const calls = first.upstream.callsTo('conversationSpace');
  expect(calls).toHaveLength(30);
  expect(mostInASecond(calls.map(({ atMs }) => atMs))).toBeLessThanOrEqual(10);
});

test('without Redis a gateway that has never seen another one uses a quarter of the rate', async () => {
  const clock = createManualClock();
  const environment = { REDIS_URL: 'redis://127.0.0.1:1', DINGTALK_QPS: '8' };
  await using gateway = await startGateway({ clock, environment });

  let isDone = false;
  const answer = gateway.query(lookups(0, 6)).finally(() => (isDone = true));
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(50);
  }

  expect((await answer).body.errors).toBeUndefined();
  const calls = gateway.upstream.callsTo('conversationSpace');
  expect(calls).toHaveLength(6);
  expect(mostInASecond(calls.map(({ atMs }) => atMs))).toBe(2);
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** The connection of one process. */
async function connect(redis: RedisServer, apiUrl = 'https://api.dingtalk.test'): Promise<SealedRedis> {
  const { appKey, appSecret } = sandboxCredentials;
  const seal = createSeal({ upstream: apiUrl, app: appKey, secret: appSecret });
  const shared = await createSealedRedis(new URL(redis.url), seal, {
    log: pino({ level: 'silent' }),
    clock: patientClock,
  });
  closers.push(() => shared.redis.close());
  for (;;) {
    if (await shared.redis.run((client) => client.ping()).catch(() => undefined)) return shared;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function windowOf(
  shared: SealedRedis,
  options: {
    replicas?: Pick<ReplicaCount, 'pace' | 'key' | 'self'>;
    longestCallMs?: number;
    clock?: Clock;
  } = {},
): RedisWindow {
  const { longestCallMs = 60_000, clock = patientClock } = options;
  const { replicas = { pace: createPaceWithoutRedis(clock), key: 'replicas', self: 'self' } } = options;
  return createRedisWindow({
    sealedRedis: shared,
    operations: defineLeaseOperations(shared.trip),
    replicas,
    clock,
    api: 'conversationSpace',
    callsPerSecond: 2,
    longestCallMs,
  });
}

/** Tries until Redis grants a slot. */
async function waitForSlot(window: RedisWindow): Promise<void> {
  for (;;) {
    const answer = await window.take();
    if (answer.kind === 'taken') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

testWithRedis('a slot that one process gives back is free for the others', async () => {
  await using redis = await startRedis();
  const [one, other] = [windowOf(await connect(redis)), windowOf(await connect(redis))];

  const [first, second, third] = [await one.take(), await other.take(), await other.take()];

  expect([first.kind, second.kind, third.kind]).toEqual(['taken', 'taken', 'wait']);
  if (first.kind === 'taken') first.release(true);
  await waitForSlot(other);
  if (second.kind === 'taken') second.release(false);
  await waitForSlot(one);
});

testWithRedis('the slots of a dead process expire', async () => {
  await using redis = await startRedis();
  const dying = await connect(redis);
  const dead = windowOf(dying, { longestCallMs: 100 });
  expect([(await dead.take()).kind, (await dead.take()).kind]).toEqual(['taken', 'taken']);
  dying.redis.close();

  const living = windowOf(await connect(redis));
  expect((await living.take()).kind).toBe('wait');
  await waitForSlot(living);
});

testWithRedis('slots are given back in a full Redis too', async () => {
  await using redis = await startRedis('--maxmemory', '1');
  const [one, other] = [windowOf(await connect(redis)), windowOf(await connect(redis))];
  const [first, second] = [await one.take(), await one.take()];
  expect([first.kind, second.kind, (await other.take()).kind]).toEqual(['taken', 'taken', 'wait']);

  if (first.kind === 'taken') first.release(true);

  await waitForSlot(other);
});

testWithRedis('garbage under the key blocks no call', async () => {
  await using redis = await startRedis();
  const shared = await connect(redis);
  const window = windowOf(shared);
  await shared.redis.run((client) =>
    client.set(shared.seal.lastingKeyOf('budget', 'conversationSpace'), 'garbage'),
  );

  const kinds = [await window.take(), await window.take(), await window.take()].map(({ kind }) => kind);

  expect(kinds).toEqual(['taken', 'taken', 'wait']);
});

testWithRedis('slots left in the future by a clock that was set back are free', async () => {
  await using redis = await startRedis();
  const shared = await connect(redis);
  const key = shared.seal.lastingKeyOf('budget', 'conversationSpace');
  const inAnHourMs = Date.now() + 3_600_000;
  await shared.redis.run((client) => client.zadd(key, inAnHourMs, 'a', inAnHourMs, 'b'));

  expect((await windowOf(shared).take()).kind).toBe('taken');
});

testWithRedis('when Redis goes down, each process uses its share among the replicas last seen', async () => {
  await using redis = await startRedis();
  const shareds = [await connect(redis), await connect(redis)];
  const clock = createManualClock();
  const heardOf = shareds.map((shared) => {
    const replicas = createReplicaCount(shared, defineLeaseOperations(shared.trip), clock);
    closers.push(() => void replicas.close());
    return replicas;
  });
  expect(heardOf.map(({ pace }) => pace.replicas)).toEqual([4, 4]);
  while (heardOf.some(({ pace }) => pace.replicas !== 2)) {
    clock.advance(250);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const [shared, replicas] = [shareds[0]!, heardOf[0]!];
  const window = windowOf(shared, { replicas });
  expect([(await window.take()).kind, window.callsPerSecond]).toEqual(['taken', 2]);

  await redis.stop();

  expect([(await window.take()).kind, window.callsPerSecond]).toEqual(['unknown', 1]);
});

const late = (): Promise<never> => Promise.reject(new RedisUnavailableError('late'));

testWithRedis('a process whose Redis answers late asks again before it exceeds the shared rate', async () => {
  await using redis = await startRedis();
  const shared = await connect(redis);
  const window = windowOf(sealRedis({ ...shared.redis, run: late }, shared.seal));

  const kinds = [await window.take(), await window.take(), await window.take()].map(({ kind }) => kind);

  expect(kinds).toEqual(['taken', 'taken', 'wait']);
});

testWithRedis('a slot whose grant arrives too late is taken once', async () => {
  await using redis = await startRedis();
  const shared = await connect(redis);
  let answersLate = true;
  const redisThatIsLate: Redis = {
    ...shared.redis,
    run: async (command) => {
      const answer = await shared.redis.run(command);
      return answersLate ? late() : answer;
    },
  };
  const window = windowOf(sealRedis(redisThatIsLate, shared.seal));

  expect((await window.take()).kind).toBe('taken');
  answersLate = false;
  expect([(await window.take()).kind, (await window.take()).kind]).toEqual(['taken', 'wait']);
});

testWithRedis('with no slot left, a late Redis is awaited for a second at most', async () => {
  await using redis = await startRedis();
  const shared = await connect(redis);
  const clock = createManualClock();
  let isLate = false;
  const run: Redis['run'] = (command) => (isLate ? late() : shared.redis.run(command));
  const window = windowOf(sealRedis({ ...shared.redis, run, insist: run }, shared.seal), { clock });
  expect([(await window.take()).kind, (await window.take()).kind]).toEqual(['taken', 'taken']);

  isLate = true;
  expect((await window.take()).kind).toBe('wait');
  clock.advance(999);
  expect((await window.take()).kind).toBe('wait');
  clock.advance(1);
  expect((await window.take()).kind).toBe('unknown');
});

testWithRedis(
  'a single count of the replicas is not trusted: some may not have announced themselves yet',
  async () => {
    await using redis = await startRedis();
    const shared = await connect(redis);
    const clock = createManualClock();
    const first = createReplicaCount(shared, defineLeaseOperations(shared.trip), clock);
    closers.push(() => void first.close());
    const announced = (): Promise<number> =>
      shared.redis.run((client) => client.zcard(shared.seal.lastingKeyOf('replicas')));

    clock.advance(100);
    while ((await announced()) < 1) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(first.pace.replicas).toBe(4);
  },
);

test.each([
  ['nil', null],
  ['text', 'abc'],
  ['no number', NaN],
  ['more slots than there are', -2],
  ['a wait longer than the window', 1001],
])('%s in reply to a request for a slot grants none', async (_what, reply) => {
  const redis = scriptRedis(() => [[reply, 1]]);
  const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret: 'secret' });

  expect(await windowOf(sealRedis(redis, seal)).take()).toMatchObject({ kind: 'unknown' });
});
