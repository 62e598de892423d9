import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import { createRefusalLog, type RefusalLog } from '../../src/cache/refusal-log.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { createRedis } from '../../src/redis/redis.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { scriptRedis } from '../support/script-client.ts';

const sealOf = (secret: string, otherSecret?: string) =>
  createSeal({ upstream: 'https://api.dingtalk.test', app: 'app', secret, otherSecret });
const seal = sealOf('secret');
const list = seal.lastingKeyOf('refusals');

interface Replica extends Disposable {
  readonly log: RefusalLog;
  readonly refused: readonly string[];
  /** For how many milliseconds before the read the list was complete, for each time that refusals were missed. */
  readonly missed: readonly number[];
  /** `ms` pass, and then the list has been read. */
  read(ms?: number): Promise<void>;
}

/** A replica that hears no channel. */
async function connect(url: string, of = seal): Promise<Replica> {
  const clock = createManualClock();
  const redis = createRedis(new URL(url), { log: pino({ level: 'silent' }), clock });
  await redis.run((client) => client.ping());
  const log = createRefusalLog(sealRedis({ ...redis, subscribe: () => undefined }, of), clock);
  const refused: string[] = [];
  const missed: number[] = [];
  log.follow({
    onRefused: (key) => void refused.push(key),
    onMissed: (beforeMs) => void missed.push(clock.nowMs() - beforeMs),
  });
  return {
    log,
    refused,
    missed,
    async read(ms = 1000) {
      await clock.waitForTimer(1000);
      clock.advance(ms);
      await clock.waitForTimer(1000);
    },
    [Symbol.dispose]() {
      log.close();
      redis.close();
    },
  };
}

function admin(url: string): Client & AsyncDisposable {
  const client = new Client(url);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() });
}

testWithRedis('each refusal is read once by each other replica, in order', async () => {
  await using server = await startRedis();
  using one = await connect(server.url);
  using other = await connect(server.url);
  await Promise.all(['a', 'b', 'c'].map((key) => one.log.note(key, [])));

  await other.read();
  await other.read();
  await one.log.note('b', []);
  await other.read();
  await one.read();

  expect(other.refused).toEqual(['a', 'b', 'c', 'b']);
  expect([one.refused, one.missed, other.missed]).toEqual([[], [], []]);
});

testWithRedis('more than one read can take are read at once', async () => {
  await using server = await startRedis();
  using one = await connect(server.url);
  using other = await connect(server.url);
  const keys = Array.from({ length: 1200 }, (_, at) => `${at} ${'x'.repeat(at % 900)}`);
  await Promise.all(keys.map((key) => one.log.note(key, [])));

  await other.read();

  expect(other.refused).toEqual(keys);
});

testWithRedis(
  'the list is bounded and ends, and a reader is told of what it does not hold any more',
  async () => {
    await using server = await startRedis();
    await using client = admin(server.url);
    using one = await connect(server.url);
    using reader = await connect(server.url);
    const nowMs = Date.now();
    const before = (count: number, ageMs: number) =>
      Array.from({ length: count }, (_, at) => [nowMs - ageMs - at, `${ageMs} ${at}`]).flat();
    for (let part = 0; part < 10; part += 1) await client.zadd(list, ...before(1100, 20_000 + part * 2000));
    await client.zadd(list, ...before(100, 301_000));

    await one.log.note('a', []);
    await reader.read();
    expect(await client.zcard(list)).toBe(10_000);
    expect(await client.zcount(list, '-inf', nowMs - 300_000)).toBe(0);
    expect(await client.pttl(list)).toBeGreaterThan(290_000);
    expect(await client.pttl(list)).toBeLessThanOrEqual(300_000);
    expect([reader.refused, reader.missed]).toEqual([['a'], []]);
    await reader.read(60_000);
    await reader.read();

    const [completeMs = 0] = reader.missed;
    expect(reader.missed).toHaveLength(1);
    expect(completeMs).toBeGreaterThan(30_000);
    expect(completeMs).toBeLessThan(60_000);
  },
);

testWithRedis(
  'a replica that has not read for longer than the list reaches back is told so once',
  async () => {
    await using server = await startRedis();
    using reader = await connect(server.url);

    await reader.read(298_000);
    await reader.read(300_000);
    await reader.read();

    expect(reader.missed).toEqual([300_000]);
  },
);

testWithRedis.each([
  ['another secret', (url: string) => connect(url, sealOf('another'))],
  ['nobody', async () => undefined],
])('what %s has written is ignored', async (_what, start) => {
  await using server = await startRedis();
  await using client = admin(server.url);
  using one = await connect(server.url);
  using reader = await connect(server.url);
  using stranger = await start(server.url);
  await stranger?.log.note('theirs', []);
  await client.zadd(list, Date.now() + 1000, `someone ${Buffer.from('text').toString('base64')}`);
  await client.zadd(list, Date.now() + 1001, Buffer.alloc(300_000, 'x'));
  await client.zadd(list, Date.now() + 1002, '\n\n');
  await client.zadd(list, Date.now() + 1003.5, 'fraction', Date.now() + 1003.7, 'fractions');

  await one.log.note('ours', []);
  await reader.read();

  expect(reader.refused).toEqual(['ours']);
});

testWithRedis(
  'while the secret is replaced, replicas with the old and the new one read each other',
  async () => {
    await using server = await startRedis();
    using old = await connect(server.url, sealOf('old'));
    using both = await connect(server.url, sealOf('new', 'old'));
    using replaced = await connect(server.url, sealOf('new'));

    await old.log.note('by the old', []);
    await both.log.note('by both', []);
    for (const { read } of [old, both, replaced]) await read();

    expect([old.refused, both.refused, replaced.refused]).toEqual([[], ['by the old'], ['by both']]);
  },
);

testWithRedis('a full Redis takes refusals', async () => {
  await using server = await startRedis('--maxmemory', '1500kb');
  await using client = admin(server.url);
  using one = await connect(server.url);
  using reader = await connect(server.url);
  for (let part = 0; ; part += 1) {
    if ((await client.set(`full:${part}`, 'x'.repeat(10_000)).catch(() => 'full')) === 'full') break;
  }

  await one.log.note('a', []);
  await reader.read();

  expect(reader.refused).toEqual(['a']);
});

testWithRedis('another type under the name of the list is replaced', async () => {
  await using server = await startRedis();
  await using client = admin(server.url);
  await client.set(list, 'text');
  using one = await connect(server.url);
  using reader = await connect(server.url);

  await reader.read();
  await client.set(list, 'text');
  await one.log.note('a', []);
  await reader.read();

  expect(reader.refused).toEqual(['a']);
});

testWithRedis('after the clock of Redis was set back, later refusals are read', async () => {
  await using server = await startRedis();
  await using client = admin(server.url);
  using one = await connect(server.url);
  using reader = await connect(server.url);
  const own = seal.close(seal.lastingKeyOf('dropped'), 'before').toString('base64');
  await client.zadd(list, Date.now() + 200_000, `someone ${own}`);
  await reader.read();

  await one.log.note('a', []);
  await reader.read();
  await client.zadd(list, Date.now() + 3_600_000, 'an hour ahead');
  await client.del(list);
  await one.log.note('b', []);
  await reader.read();
  await client.zadd(list, 'inf', 'for ever');
  await one.log.note('c', []);
  await reader.read();

  expect(reader.refused).toEqual(['before', 'a', 'b', 'c']);
});

testWithRedis(
  'what Redis did not take is written once it does, and deletes what it holds from before',
  async () => {
    await using server = await startRedis();
    await using client = admin(server.url);
    using one = await connect(server.url);
    using reader = await connect(server.url);
    await client.mset({ first: 'answer', second: 'answer', other: 'answer' });
    await client.acl('SETUSER', 'default', '-zadd');

    await one.log.note('a', ['first', 'second']);
    await one.read();
    await reader.read();
    expect(reader.refused).toEqual([]);
    await client.acl('SETUSER', 'default', '+zadd');
    await client.set('first', 'a later answer');
    await one.read();
    await reader.read();
    expect([reader.refused, await client.mget('first', 'second', 'other')]).toEqual([
      ['a'],
      [null, null, 'answer'],
    ]);

    await client.set('first', 'tombstone');
    await client.del(list);
    await one.read();
    await client.set('second', 'tombstone');
    for (let seconds = 0; seconds < 5; seconds += 1) await one.read();
    await client.del(list);
    await one.read();

    expect(await client.mget('first', 'second')).toEqual([null, 'tombstone']);
    expect(await client.exists(list)).toBe(0);
  },
);

test.each([
  ['nil', null],
  ['nothing', []],
  ['a list that reaches back too far', [300_001, 1, 0, Buffer.from('')]],
  ['a time that is text', [300_000, Buffer.from('1'), 0, Buffer.from('')]],
  ['a number in place of texts', [300_000, 1, 0, 1]],
])('%s in reply to a read is no read', async (_what, reply) => {
  const clock = createManualClock();
  const replies: unknown[] = [reply, [300_000, 1, 0, Buffer.from('')]];
  let reads = 0;
  const redis = scriptRedis(() => [replies[reads++]]);
  const log = createRefusalLog(sealRedis(redis, seal), clock);
  const missed: number[] = [];
  log.follow({ onRefused: () => undefined, onMissed: (beforeMs) => void missed.push(beforeMs) });

  for (const ms of [400_000, 1000]) {
    clock.advance(ms);
    await clock.waitForTimer(1000);
  }
  log.close();

  expect(reads).toBe(2);
  // The second read is the first one that counts: 400 seconds after the start.
  expect(missed).toEqual([clock.nowMs() - 300_000]);
});
