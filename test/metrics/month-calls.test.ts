import { afterEach, expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { createMonthCalls, type MonthCalls } from '../../src/observability/metrics/month-calls.ts';
import { createMemoryMonthStore } from '../../src/observability/metrics/month-store.ts';
import { createRedisMonthStore } from '../../src/observability/metrics/redis-month-store.ts';
import { monthOf } from '../../src/observability/metrics/month.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { createSealedRedis, type SealedRedis } from '../../src/redis/sealed-redis.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { scriptRedis } from '../support/script-client.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const opened: SealedRedis[] = [];
afterEach(() => {
  for (const { redis } of opened.splice(0)) redis.close();
});

const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'key', secret: 'secret' });

async function replica(url: string, clock: ManualClock): Promise<MonthCalls> {
  const shared = await createSealedRedis(new URL(url), seal, { log: createLogger('silent'), clock });
  opened.push(shared);
  await shared.redis.run((client) => client.ping()).catch(() => undefined);
  return createMonthCalls({ store: createRedisMonthStore(shared, clock), clock });
}

function noteTimes(calls: MonthCalls, times: number, corp = 'own'): void {
  for (let index = 0; index < times; index += 1) calls.note(corp);
}

test.each([
  ['2026-01-31T15:59:59Z', '2026-01'],
  ['2026-01-31T16:00:00Z', '2026-02'],
  ['2026-12-31T16:00:00Z', '2027-01'],
])('at %s it is %s for DingTalk', (time, month) => {
  expect(monthOf(Date.parse(time))).toBe(month);
});

test('counts in memory without Redis, and restarts with the month', async () => {
  const clock = createManualClock();
  const calls = createMonthCalls({ store: createMemoryMonthStore(clock.wallMs), clock });
  noteTimes(calls, 3);
  noteTimes(calls, 1, 'other corp');
  const january = await calls.totals();

  clock.advance(17 * 24 * 3600 * 1000);
  noteTimes(calls, 1);

  expect(january).toEqual([
    { corp: 'own', calls: 3 },
    { corp: 'other corp', calls: 1 },
  ]);
  expect(await calls.totals()).toEqual([{ corp: 'own', calls: 1 }]);
});

testWithRedis(
  'replicas share one count, a new one included, and its keys hold neither month nor organization',
  async () => {
    await using server = await startRedis();
    const clock = createManualClock();
    const [one, two] = [await replica(server.url, clock), await replica(server.url, clock)];
    noteTimes(one, 3);
    noteTimes(two, 4);
    await one.totals();

    expect(await two.totals()).toEqual([{ corp: 'own', calls: 7 }]);
    expect(await one.totals()).toEqual([{ corp: 'own', calls: 7 }]);
    const later = await replica(server.url, clock);
    noteTimes(later, 1);
    expect(await later.totals()).toEqual([{ corp: 'own', calls: 8 }]);

    const raw = new Client(server.url, { disconnectTimeout: 50 });
    const keys = await raw.keys('*month-calls:*');
    expect(keys).toEqual([expect.stringMatching(/^dingtalk-gateway:month-calls:[\w-]{43}$/)]);
    const days = (await raw.pttl(keys[0] ?? '')) / (24 * 3600 * 1000);
    raw.disconnect();
    expect(Math.round(days)).toBe(40);
  },
);

testWithRedis('a thousand calls in a second are one command', async () => {
  await using server = await startRedis();
  const clock = createManualClock();
  const calls = await replica(server.url, clock);
  const raw = new Client(server.url, { disconnectTimeout: 50 });
  const evals = async () => {
    const counts = [...(await raw.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };

  noteTimes(calls, 1000);
  clock.advance(1000);
  while ((await evals()) === 0);
  clock.advance(1000);

  expect(await evals()).toBe(1);
  raw.disconnect();
});

testWithRedis('only organizations with new calls are sent, and a scrape asks for all', async () => {
  await using server = await startRedis();
  const clock = createManualClock();
  const [one, two] = [await replica(server.url, clock), await replica(server.url, clock)];
  const corps = Array.from({ length: 120 }, (_, at) => `corp ${at}`);
  for (const corp of corps) noteTimes(one, 1, corp);
  await one.totals();
  const raw = new Client(server.url, { disconnectTimeout: 50 });
  const evals = async () => {
    const counts = [...(await raw.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const before = await evals();

  noteTimes(one, 5, 'corp 7');
  clock.advance(1000);
  while ((await evals()) === before);
  await raw.ping();
  expect(await evals()).toBe(before + 1);
  noteTimes(two, 2, 'corp 8');
  await two.totals();
  const totals = new Map((await one.totals()).map(({ corp, calls }) => [corp, calls]));
  raw.disconnect();

  expect([totals.size, totals.get('corp 7'), totals.get('corp 8'), totals.get('corp 9')]).toEqual([
    120, 6, 3, 1,
  ]);
});

testWithRedis('calls counted while Redis is down are added when it is back', async () => {
  await using server = await startRedis();
  const clock = createManualClock();
  const [one, two] = [await replica(server.url, clock), await replica(server.url, clock)];
  await server.stop();
  noteTimes(one, 3);
  expect(await one.totals()).toEqual([{ corp: 'own', calls: 3 }]);
  noteTimes(one, 2);
  expect(await one.totals()).toEqual([{ corp: 'own', calls: 5 }]);

  await server.start();
  noteTimes(two, 1);
  let known = 0;
  while (known < 6) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(1000);
    await one.totals();
    known = (await two.totals())[0]?.calls ?? 0;
  }

  expect(known).toBe(6);
  expect(await one.totals()).toEqual([{ corp: 'own', calls: 6 }]);
});

testWithRedis('a batch that Redis counted but answered too late is not counted twice', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(Number(new URL(server.url).port));
  const clock = createManualClock();
  const calls = await replica(`redis://127.0.0.1:${proxy.port}`, clock);
  noteTimes(calls, 5);
  expect(await calls.totals()).toEqual([{ corp: 'own', calls: 5 }]);
  proxy.setMode({ kind: 'delay', ms: 60_000 });
  noteTimes(calls, 2);
  for (let tries = 0; tries < 3; tries += 1) {
    const unanswered = calls.totals();
    await new Promise((resolve) => setTimeout(resolve, 30));
    clock.advance(50);
    expect(await unanswered).toEqual([{ corp: 'own', calls: 7 }]);
    clock.advance(1000);
  }
  proxy.setMode({ kind: 'pass' });
  proxy.cut();

  let known: number | undefined;
  const other = await replica(server.url, clock);
  noteTimes(other, 1);
  await other.totals();
  while (known !== 8) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(1000);
    known = (await calls.totals())[0]?.calls;
    expect(known).toBeLessThanOrEqual(8);
  }
  expect(await other.totals()).toEqual([{ corp: 'own', calls: 8 }]);
});

testWithRedis.each([
  ['garbage', (raw: Client, key: string) => raw.set(key, 'garbage')],
  ['a negative number', (raw: Client, key: string) => raw.set(key, '-1000')],
  ['a fraction', (raw: Client, key: string) => raw.set(key, '1.5')],
  ['an absurd number', (raw: Client, key: string) => raw.set(key, '9'.repeat(18))],
  ['another type', (raw: Client, key: string) => raw.del(key).then(() => raw.hset(key, 'a', 'b'))],
])('%s under the key of a count is replaced', async (_what, spoil) => {
  await using server = await startRedis();
  const clock = createManualClock();
  const calls = await replica(server.url, clock);
  noteTimes(calls, 2);
  await calls.totals();
  const raw = new Client(server.url, { disconnectTimeout: 50 });
  for (const key of await raw.keys('*')) await spoil(raw, key);

  noteTimes(calls, 3);
  await calls.totals();
  noteTimes(calls, 4);

  expect(await calls.totals()).toEqual([{ corp: 'own', calls: 7 }]);
  raw.disconnect();
});

test.each([
  ['nil', null],
  ['text', 'abc'],
  ['a negative number', -1],
  ['a fraction', 0.5],
])('%s in reply to a batch is ignored, and the batch is sent again', async (_what, reply) => {
  let replies: unknown = reply;
  const batches: unknown[][] = [];
  const redis = scriptRedis((_keyCount, _countName, _batchName, _sinceName, ...args) => {
    batches.push(args.slice(0, 2));
    return replies;
  });
  const clock = createManualClock();
  const calls = createMonthCalls({ store: createRedisMonthStore(sealRedis(redis, seal), clock), clock });
  noteTimes(calls, 3);

  expect(await calls.totals()).toEqual([{ corp: 'own', calls: 3 }]);
  replies = 10;
  expect(await calls.totals()).toEqual([{ corp: 'own', calls: 10 }]);
  expect(batches).toEqual([
    [3, 1],
    [3, 1],
  ]);
});

/** Resolves once Redis has answered that the count is whole. */
const isWhole = (clock: ManualClock, calls: MonthCalls): Promise<void> =>
  eventually(async () => {
    clock.advance(1000);
    return calls.isComplete();
  });

/** Lets half months pass. To the connections the clock jumps: they answer again a while later. */
async function letHalfMonthsPass(times: number, clock: ManualClock): Promise<void> {
  clock.advance(times * 17 * 24 * 3600 * 1000);
  await eventually(async () => {
    clock.advance(1000);
    const pings = opened.map(({ redis }) => redis.run((client) => client.ping()));
    return (await Promise.allSettled(pings)).every(({ status }) => status === 'fulfilled');
  });
}

testWithRedis(
  'the count is whole from the month after the first process, and so for later ones',
  async () => {
    await using server = await startRedis();
    const clock = createManualClock();
    const one = await replica(server.url, clock);
    noteTimes(one, 3);
    await one.totals();
    expect(await one.isComplete()).toBe(false);

    await letHalfMonthsPass(1, clock);
    const later = await replica(server.url, clock);

    await isWhole(clock, one);
    await isWhole(clock, later);
  },
);

testWithRedis.each([
  ['everything', (raw: Client) => raw.flushall()],
  ['the count', async (raw: Client) => raw.del(await raw.keys('*month-calls:*'))],
  ['the latest calls', async (raw: Client) => raw.set((await raw.keys('*month-calls:*'))[0] ?? '', '1')],
  ['since when it counts', async (raw: Client) => raw.del(await raw.keys('*month-since:*'))],
])('after Redis has lost %s the count is not whole until the next month', async (_what, lose) => {
  await using server = await startRedis();
  const clock = createManualClock();
  const one = await replica(server.url, clock);
  expect(await one.isComplete()).toBe(false);
  await letHalfMonthsPass(1, clock);
  noteTimes(one, 3);
  expect([await one.totals(), await one.isComplete()]).toEqual([[{ corp: 'own', calls: 3 }], true]);
  const raw = new Client(server.url, { disconnectTimeout: 50 });

  await lose(raw);
  noteTimes(one, 1);
  await one.totals();

  const other = await replica(server.url, clock);
  const since = Number(await raw.get((await raw.keys('*month-since:*'))[0] ?? ''));
  raw.disconnect();
  expect(since).toBe(clock.wallMs());
  expect([await one.isComplete(), await other.isComplete()]).toEqual([false, false]);
  await letHalfMonthsPass(2, clock);
  await isWhole(clock, one);
  await isWhole(clock, other);
});

testWithRedis('without an answer of Redis it is not known whether the count is whole', async () => {
  await using server = await startRedis();
  const clock = createManualClock();
  const calls = await replica(server.url, clock);
  await calls.isComplete();
  await letHalfMonthsPass(1, clock);
  await isWhole(clock, calls);
  await server.stop();

  expect(await calls.isComplete()).toBe(false);
});
