import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import type { Kept } from '../../src/cache/kept.ts';
import { createRedisTier, type RedisTier } from '../../src/cache/redis-tier.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { createRedis } from '../../src/redis/redis.ts';
import { createSeal } from '../../src/redis/seal.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';

const space: Kept = { answer: { space: { spaceId: '1' } } };
const refusal: Kept = { refusal: { kind: 'forbidden', details: {} } };

/** One replica's way to Redis, once it is reached: on a clock that skips the rest after each attempt before. */
async function connectTier(url: string): Promise<RedisTier & Disposable> {
  let skippedMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + skippedMs };
  const redis = createRedis(new URL(url), { log: pino({ level: 'silent' }), clock });
  const tier = createRedisTier({ redis, seal: createSeal('app', 'secret') }, clock);
  await eventually(async () => {
    skippedMs += 1000;
    return (await tier.read('nothing')) !== undefined;
  });
  return { ...tier, [Symbol.dispose]: () => redis.close() };
}

async function readingOf(
  tier: RedisTier,
  key: string,
): Promise<NonNullable<Awaited<ReturnType<RedisTier['read']>>>> {
  const reading = await tier.read(key);
  if (!reading) throw new Error('Redis did not answer');
  return reading;
}

testWithRedis.each([
  ['a space asked for before a refusal', [refusal, 500], [space, 0], refusal],
  ['a refusal after a space', [space, 0], [refusal, 500], refusal],
  ['a space asked for after a refusal', [refusal, 0], [space, 500], space],
  ['a refusal of before a space', [space, 500], [refusal, 0], space],
  ['a refusal of the same moment', [space, 0], [refusal, 0], refusal],
] as const)(
  '%s is kept, or not, by when it was asked for, whenever it is written',
  async (_what, first, second, kept) => {
    await using server = await startRedis();
    using one = await connectTier(server.url);
    using other = await connectTier(server.url);
    const readings = [await readingOf(one, 'key'), await readingOf(other, 'key')] as const;
    // A second ago: none of the times is to come.
    const startRedisMs = readings[0].redisMs - 1000;

    for (const [tier, reading, [what, afterMs]] of [
      [one, readings[0], first],
      [other, readings[1], second],
    ] as const) {
      const askedAtMs = reading.toMs - reading.redisMs + startRedisMs + afterMs;
      const remembered = { kept: what, askedAtMs };
      if (what === refusal) await tier.drop('key', remembered, reading, 60_000);
      else await tier.keep('key', remembered, reading, 60_000);
    }

    expect((await readingOf(one, 'key')).held?.kept).toEqual(kept);
  },
);

testWithRedis('age is told by Redis’s clock, never younger than it is', async () => {
  await using server = await startRedis();
  using one = await connectTier(server.url);
  using other = await connectTier(server.url);
  const reading = await readingOf(one, 'key');

  await one.keep('key', { kept: space, askedAtMs: reading.toMs - 30_000 }, reading, 60_000);
  const { held, fromMs } = await readingOf(other, 'key');

  const ageMs = fromMs - (held?.askedAtMs ?? Infinity);
  expect(ageMs).toBeGreaterThan(29_999.9);
  expect(ageMs).toBeLessThan(40_000);
});

testWithRedis(
  'what was asked for too long ago is not kept, and a refusal without Redis’s time ends what is',
  async () => {
    await using server = await startRedis();
    using tier = await connectTier(server.url);
    const reading = await readingOf(tier, 'old');
    const old = { kept: space, askedAtMs: reading.fromMs - 60_000 };
    await tier.keep('old', old, reading, 60_000);
    await tier.keep('known', { ...old, askedAtMs: reading.toMs }, reading, 60_000);

    await tier.drop('known', { kept: refusal, askedAtMs: reading.toMs }, undefined, 60_000);

    expect((await readingOf(tier, 'old')).held).toBeUndefined();
    expect((await readingOf(tier, 'known')).held).toBeUndefined();
  },
);

testWithRedis('nothing opens under another name', async () => {
  await using server = await startRedis();
  using tier = await connectTier(server.url);
  const reading = await readingOf(tier, 'mine');
  await tier.keep('mine', { kept: space, askedAtMs: reading.toMs }, reading, 60_000);
  const { keyOf } = createSeal('app', 'secret');
  const client = new Client(server.url);

  await client.copy(keyOf('lookup', 'mine'), keyOf('lookup', 'yours'));
  client.disconnect();

  expect((await readingOf(tier, 'mine')).held?.kept).toEqual(space);
  expect((await readingOf(tier, 'yours')).held).toBeUndefined();
});
