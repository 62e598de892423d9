import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import type { Kept } from '../../src/cache/entry-codec.ts';
import { createRedisTier, type RedisTier } from '../../src/cache/redis-store.ts';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { createSeal } from '../../src/redis/seal.ts';
import { eventually } from '../support/eventually.ts';
import { scriptClient } from '../support/script-client.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';

const space: Kept = { answer: { space: { spaceId: '1' } } };
const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret: 'secret' });
const refusal: Kept = { refusal: { kind: 'forbidden', details: {} } };

/** One replica's way to Redis, once it is reached: on a clock that skips the rest after each attempt before. */
async function connectTier(url: string): Promise<RedisTier & Disposable> {
  let skippedMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + skippedMs };
  const redis = createRedis(new URL(url), { log: pino({ level: 'silent' }), clock });
  const tier = createRedisTier({ redis, seal }, clock);
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
  const client = new Client(server.url);

  await client.copy(seal.keyOf('lookup', 'mine'), seal.keyOf('lookup', 'yours'));
  client.disconnect();

  expect((await readingOf(tier, 'mine')).held?.kept).toEqual(space);
  expect((await readingOf(tier, 'yours')).held).toBeUndefined();
});

/** What Redis holds under `key`, put there again by somebody who may write to Redis, but not open the seal. */
async function putBack(
  url: string,
  held: Buffer,
  change: (askedAtMs: number) => number | string,
): Promise<void> {
  const client = new Client(url);
  const askedAtMs = String(change(Number(held.subarray(0, 13))));
  const changed = Buffer.concat([Buffer.from(askedAtMs), held.subarray(13)]);
  await client.set(seal.keyOf('lookup', 'key'), changed, 'PX', 600_000);
  client.disconnect();
}

async function heldIn(url: string): Promise<Buffer> {
  const client = new Client(url);
  const held = await client.getBuffer(seal.keyOf('lookup', 'key'));
  client.disconnect();
  return held ?? Buffer.alloc(0);
}

testWithRedis.each([
  ['as it was', (askedAtMs: number) => askedAtMs, space],
  ['with an earlier time', (askedAtMs: number) => askedAtMs - 1000, space],
  ['with a time that is a millisecond later', (askedAtMs: number) => askedAtMs + 1, undefined],
  ['with the time of now', (askedAtMs: number) => askedAtMs + 30_000, undefined],
  ['with no time', () => 'x'.repeat(13), undefined],
] as const)('an entry put back %s is as old as the seal says, or is none', async (_what, change, kept) => {
  await using server = await startRedis();
  using tier = await connectTier(server.url);
  const reading = await readingOf(tier, 'key');
  await tier.keep('key', { kept: space, askedAtMs: reading.toMs - 30_000 }, reading, 60_000);

  await putBack(server.url, await heldIn(server.url), change);

  const { held, fromMs } = await readingOf(tier, 'key');
  expect(held?.kept).toEqual(kept);
  if (held) expect(fromMs - held.askedAtMs).toBeGreaterThan(29_999);
});

testWithRedis('an entry of a time that Redis’s clock no longer knows is none', async () => {
  await using server = await startRedis();
  using tier = await connectTier(server.url);
  const { redisMs } = await readingOf(tier, 'key');
  const askedAtRedisMs = redisMs + 3_600_000;
  const sealed = seal.close(seal.keyOf('lookup', 'key'), JSON.stringify({ kept: space, askedAtRedisMs }));

  await putBack(server.url, Buffer.concat([Buffer.from(String(redisMs)), sealed]), (askedAtMs) => askedAtMs);

  expect((await readingOf(tier, 'key')).held).toBeUndefined();
});

test.each([
  ['nil', null],
  ['an integer', 1],
  ['nothing', []],
  ['a time that is text', [Buffer.from('1700000000000')]],
  ['a negative time', [-1]],
  ['an entry without a time', [1_700_000_000_000, Buffer.from('text'), Buffer.from('text')]],
  ['an entry that is a number', [1_700_000_000_000, 1_700_000_000_000, 1]],
])('%s in reply to a read is as if there were no Redis', async (_what, reply) => {
  const client = scriptClient(() => reply);
  const run: Redis['run'] = (command) => command(client);
  const redis = {
    run,
    insist: run,
    subscribe: () => undefined,
    opened: async () => undefined,
    close: () => undefined,
  };

  expect(await createRedisTier({ redis, seal }, systemClock).read('key')).toBeUndefined();
});
