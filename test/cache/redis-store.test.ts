import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import type { StoredContent } from '../../src/cache/entry-codec.ts';
import {
  createRedisStore,
  type RedisRead,
  type RedisStore,
  type SharedEntry,
} from '../../src/cache/redis-store.ts';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { createRedis } from '../../src/redis/redis.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { eventually } from '../support/eventually.ts';
import { scriptRedis } from '../support/script-client.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';

const space: StoredContent = { answer: { space: { spaceId: '1' } } };
const unheard = { note: async () => undefined };
const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret: 'secret' });
const refusal: StoredContent = { refusal: { kind: 'forbidden', details: {} } };

/** Entries by their keys; a read gives the lease back. */
interface Store {
  read(key: string): Promise<RedisRead | undefined>;
  write(key: string, ...args: Parameters<SharedEntry['write']>): Promise<void>;
  invalidate(key: string, ...args: Parameters<SharedEntry['invalidate']>): Promise<void>;
}

const byKey = ({ entryOf }: RedisStore): Store => ({
  async read(key) {
    const entry = entryOf(key);
    const read = await entry.claim({ maxAgeMs: 60_000 });
    entry.giveBack();
    return read;
  },
  write: (key, ...args) => entryOf(key).write(...args),
  invalidate: (key, ...args) => entryOf(key).invalidate(...args),
});

/**
 * One replica's store, connected to Redis: its clock skips the pause after each failed attempt, and gives commands a second
 * instead of 50 ms, for a busy machine.
 */
async function connectStore(url: string, of = seal): Promise<Store & Disposable> {
  let skippedMs = 0;
  const clock: Clock = {
    ...systemClock,
    nowMs: () => systemClock.nowMs() + skippedMs,
    after: (delayMs, task) => systemClock.after(delayMs === 50 ? 1000 : delayMs, task),
  };
  const redis = createRedis(new URL(url), { log: pino({ level: 'silent' }), clock });
  const store = byKey(createRedisStore(sealRedis(redis, of), clock, unheard));
  await eventually(async () => {
    skippedMs += 1000;
    return (await store.read('nothing')) !== undefined;
  });
  return { ...store, [Symbol.dispose]: () => redis.close() };
}

async function readingOf(store: Store, key: string): Promise<RedisRead> {
  const reading = await store.read(key);
  if (!reading) throw new Error('Redis did not answer');
  return reading;
}

testWithRedis.each([
  ['a space called for before a refusal', [refusal, 500], [space, 0], refusal],
  ['a refusal after a space', [space, 0], [refusal, 500], refusal],
  ['a space called for after a refusal', [refusal, 0], [space, 500], space],
  ['a refusal from before a space', [space, 500], [refusal, 0], space],
  ['a refusal of the same moment', [space, 0], [refusal, 0], refusal],
] as const)(
  '%s: the call decides which is stored, not the time of writing',
  async (_what, first, second, kept) => {
    await using server = await startRedis();
    using one = await connectStore(server.url);
    using other = await connectStore(server.url);
    const readings = [await readingOf(one, 'key'), await readingOf(other, 'key')] as const;
    // A second ago, so that no time lies in the future.
    const startRedisMs = readings[0].redisMs - 1000;

    for (const [store, reading, [what, afterMs]] of [
      [one, readings[0], first],
      [other, readings[1], second],
    ] as const) {
      const askedAtMs = reading.toMs - reading.redisMs + startRedisMs + afterMs;
      const remembered = { content: what, askedAtMs };
      if (what === refusal) await store.invalidate('key', remembered, reading, 60_000);
      else await store.write('key', remembered, reading, 60_000);
    }

    expect((await readingOf(one, 'key')).stored?.content).toEqual(kept);
  },
);

testWithRedis('the age of an entry follows the clock of Redis, and is never too small', async () => {
  await using server = await startRedis();
  using one = await connectStore(server.url);
  using other = await connectStore(server.url);
  const reading = await readingOf(one, 'key');

  await one.write('key', { content: space, askedAtMs: reading.toMs - 30_000 }, reading, 60_000);
  const { stored, fromMs } = await readingOf(other, 'key');

  const ageMs = fromMs - (stored?.askedAtMs ?? Infinity);
  expect(ageMs).toBeGreaterThan(29_999.9);
  expect(ageMs).toBeLessThan(40_000);
});

testWithRedis(
  'an entry that is too old is not stored, and a refusal without Redis’s time deletes the entry',
  async () => {
    await using server = await startRedis();
    using store = await connectStore(server.url);
    const reading = await readingOf(store, 'old');
    const old = { content: space, askedAtMs: reading.fromMs - 60_000 };
    await store.write('old', old, reading, 60_000);
    await store.write('known', { ...old, askedAtMs: reading.toMs }, reading, 60_000);

    await store.invalidate('known', { content: refusal, askedAtMs: reading.toMs }, undefined, 60_000);

    expect((await readingOf(store, 'old')).stored).toBeUndefined();
    expect((await readingOf(store, 'known')).stored).toBeUndefined();
  },
);

const secretOf = (secret: string, otherSecret?: string) =>
  createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret, otherSecret });

testWithRedis.each([
  ['the old secret', secretOf('old'), 'the list', secretOf('new', 'old')],
  ['one order', secretOf('old', 'new'), 'the other order', secretOf('new', 'old')],
  ['the list', secretOf('new', 'old'), 'the new secret', secretOf('new')],
])(
  'while the secret is replaced, stores with %s and %s find each other’s entries as far as they can',
  async (_one, oneSeal, _other, otherSeal) => {
    await using server = await startRedis();
    using one = await connectStore(server.url, oneSeal);
    using other = await connectStore(server.url, otherSeal);
    const reading = await readingOf(one, 'key');

    await one.write('key', { content: space, askedAtMs: reading.toMs - 1000 }, reading, 60_000);

    expect((await readingOf(other, 'key')).stored?.content).toEqual(space);
  },
);

testWithRedis('with two secrets a refusal removes what stands under either name', async () => {
  await using server = await startRedis();
  using old = await connectStore(server.url, secretOf('old'));
  using both = await connectStore(server.url, secretOf('new', 'old'));
  const reading = await readingOf(both, 'key');
  const askedAtMs = reading.toMs - 1000;
  await old.write('key', { content: space, askedAtMs }, reading, 60_000);

  await both.invalidate('key', { content: refusal, askedAtMs: askedAtMs + 500 }, reading, 60_000);

  expect((await readingOf(old, 'key')).stored).toBeUndefined();
  expect((await readingOf(both, 'key')).stored?.content).toEqual(refusal);
});

testWithRedis(
  'of entries under two names the later one counts, and an earlier write does not remove it',
  async () => {
    await using server = await startRedis();
    using old = await connectStore(server.url, secretOf('old'));
    using both = await connectStore(server.url, secretOf('new', 'old'));
    const reading = await readingOf(both, 'key');
    const askedAtMs = reading.toMs - 1000;
    await old.invalidate('key', { content: refusal, askedAtMs: askedAtMs + 500 }, reading, 60_000);

    await both.write('key', { content: space, askedAtMs }, reading, 60_000);

    expect((await readingOf(both, 'key')).stored?.content).toEqual(refusal);
  },
);

testWithRedis('no entry opens under another key', async () => {
  await using server = await startRedis();
  using store = await connectStore(server.url);
  const reading = await readingOf(store, 'mine');
  await store.write('mine', { content: space, askedAtMs: reading.toMs }, reading, 60_000);
  const client = new Client(server.url);

  await client.copy(seal.keyOf('lookup', 'mine'), seal.keyOf('lookup', 'yours'));
  client.disconnect();

  expect((await readingOf(store, 'mine')).stored?.content).toEqual(space);
  expect((await readingOf(store, 'yours')).stored).toBeUndefined();
});

/** Stores an old value of `key` again, as an attacker could who can write to Redis but not open the seal. */
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
  ['with a time one millisecond later', (askedAtMs: number) => askedAtMs + 1, undefined],
  ['with the present time', (askedAtMs: number) => askedAtMs + 30_000, undefined],
  ['with no time', () => 'x'.repeat(13), undefined],
] as const)('an entry put back %s is as old as the seal says, or no entry', async (_what, change, kept) => {
  await using server = await startRedis();
  using store = await connectStore(server.url);
  const reading = await readingOf(store, 'key');
  await store.write('key', { content: space, askedAtMs: reading.toMs - 30_000 }, reading, 60_000);

  await putBack(server.url, await heldIn(server.url), change);

  const { stored, fromMs } = await readingOf(store, 'key');
  expect(stored?.content).toEqual(kept);
  if (stored) expect(fromMs - stored.askedAtMs).toBeGreaterThan(29_999);
});

testWithRedis('an entry with a time after that of Redis is ignored', async () => {
  await using server = await startRedis();
  using store = await connectStore(server.url);
  const { redisMs } = await readingOf(store, 'key');
  const askedAtRedisMs = redisMs + 3_600_000;
  const sealed = seal.close(seal.keyOf('lookup', 'key'), JSON.stringify({ content: space, askedAtRedisMs }));

  await putBack(server.url, Buffer.concat([Buffer.from(String(redisMs)), sealed]), (askedAtMs) => askedAtMs);

  expect((await readingOf(store, 'key')).stored).toBeUndefined();
});

function connectClient(url: string): Disposable & { readonly client: Client } {
  const client = new Client(url);
  return { client, [Symbol.dispose]: () => client.disconnect() };
}

testWithRedis(
  'entries and leases that are too long are none, and end neither connection nor lookup',
  async () => {
    await using server = await startRedis();
    using store = await connectStore(server.url, secretOf('new', 'old'));
    using connection = connectClient(server.url);
    const { client } = connection;
    const [name = '', oldName = ''] = secretOf('new', 'old').keysOf('lookup', 'key');
    const { redisMs } = await readingOf(store, 'key');
    const connections = async (): Promise<string | undefined> =>
      /total_connections_received:(\d+)/.exec(await client.info('stats'))?.[1];
    const before = await connections();

    await client.set(name, `${redisMs}${'x'.repeat(4.5e6)}`, 'PX', 60_000);
    await client.set(oldName, `${redisMs}${'x'.repeat(2e6)}`, 'PX', 60_000);
    await client.set(name.replace(':lookup:', ':lease:'), 'x'.repeat(200), 'PX', 1900);
    const reading = await readingOf(store, 'key');
    expect(reading).toMatchObject({ stored: undefined, asker: 'us' });
    await store.write('key', { content: space, askedAtMs: reading.toMs }, reading, 60_000);
    expect((await readingOf(store, 'key')).stored?.content).toEqual(space);

    expect(await connections()).toBe(before);
  },
);

testWithRedis('two entries that fill a trip are read in one', async () => {
  await using server = await startRedis();
  const old = secretOf('old');
  using both = await connectStore(server.url, secretOf('new', 'old'));
  using before = await connectStore(server.url, old);
  const reading = await readingOf(both, 'key');
  using connection = connectClient(server.url);
  const { client } = connection;
  const long = { answer: 'x'.repeat(1.4 * 1024 * 1024) };
  await both.write('key', { content: long, askedAtMs: reading.toMs - 1000 }, reading, 60_000);
  await before.write('key', { content: long, askedAtMs: reading.toMs - 500 }, reading, 60_000);
  expect(await client.dbsize()).toBe(2);

  expect((await readingOf(both, 'key')).stored?.content).toEqual(long);
});

testWithRedis('of many long entries a trip reads no more than it can take along', async () => {
  await using server = await startRedis();
  using store = await connectStore(server.url);
  const reading = await readingOf(store, 'key');
  const keys = Array.from({ length: 20 }, (_, at) => `key ${at}`);
  const long = { answer: 'x'.repeat(1024 * 1024) };
  for (const key of keys) {
    await store.write(key, { content: long, askedAtMs: reading.toMs }, reading, 60_000);
  }
  using connection = connectClient(server.url);
  const { client } = connection;
  await client.config('RESETSTAT');

  const readings = await Promise.all(keys.map((key) => readingOf(store, key)));

  expect(readings.map(({ stored }) => stored?.content)).toEqual(keys.map(() => long));
  const reads = /cmdstat_get:calls=(\d+)/.exec(await client.info('commandstats'))?.[1];
  // Of each entry twice at most, and of as many leases. Reading all of them in each trip takes hundreds.
  expect(Number(reads)).toBeLessThan(100);
});

test.each([
  ['nil', null],
  ['an integer', 1],
  ['nothing', []],
  ['a time that is text', [Buffer.from('1700000000000')]],
  ['a negative time', [-1]],
  ['an entry without a time', [1_700_000_000_000, Buffer.from('text'), Buffer.from('text')]],
  ['an entry that is a number', [1_700_000_000_000, 1_700_000_000_000, 1]],
])('%s in reply to a read counts as no answer', async (_what, reply) => {
  const redis = scriptRedis(() => reply);

  expect(
    await byKey(createRedisStore(sealRedis(redis, seal), systemClock, unheard)).read('key'),
  ).toBeUndefined();
});
