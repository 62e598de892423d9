import { expect } from '@jest/globals';
import { pino } from 'pino';
import { systemClock } from '../../src/async/clock.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import { createTrip } from '../../src/redis/trip.ts';
import { scriptRedis } from '../support/script-client.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';

async function connect(url: string): Promise<Redis & Disposable> {
  const redis = createRedis(new URL(url), { log: pino({ level: 'silent' }), clock: systemClock });
  await redis.opened(5000);
  return Object.assign(redis, { [Symbol.dispose]: () => redis.close() });
}

async function scriptsRun(redis: Redis): Promise<number> {
  const stats = await redis.run((client) => client.info('commandstats'));
  const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, count]) => Number(count));
  return calls.reduce((sum, count) => sum + count, 0);
}

test('what is asked in one turn is one script, and each operation has its own answer', async () => {
  await using server = await startRedis();
  using redis = await connect(server.url);
  const trip = createTrip(redis);
  const set = trip.define('set', `redis.call('SET', keys[1], args[1]) return #args`);
  const get = trip.define('get', `return redis.call('GET', keys[1])`);

  const replies = await Promise.all([
    set(['one'], [Buffer.from([0, 255]), 'more']),
    get(['one'], []),
    get(['none'], []),
  ]);
  const later = await get(['one'], []);

  expect(replies).toEqual([2, Buffer.from([0, 255]), null]);
  expect(later).toEqual(Buffer.from([0, 255]));
  expect(await scriptsRun(redis)).toBe(2);
});

test('an operation that fails fails alone', async () => {
  await using server = await startRedis();
  using redis = await connect(server.url);
  const trip = createTrip(redis);
  const push = trip.define('push', `return redis.call('LPUSH', keys[1], 'x')`);
  const broken = trip.define('broken', 'return keys.none.at');
  await redis.run((client) => client.set('text', 'x'));

  const replies = await Promise.allSettled([push(['text'], []), broken([], []), push(['list'], [])]);

  const refused = { status: 'rejected', reason: new RedisUnavailableError('refused') };
  expect(replies).toEqual([refused, refused, { status: 'fulfilled', value: 1 }]);
});

test('what one operation notes, a later one of the trip reads', async () => {
  await using server = await startRedis();
  using redis = await connect(server.url);
  const trip = createTrip(redis);
  const note = trip.define('note', 'notes.seen = (notes.seen or 0) + 1 return notes.seen');

  const together = await Promise.all([note(['a'], []), note(['a'], [])]);

  expect([...together, await note(['a'], [])]).toEqual([1, 2, 1]);
});

test('more than a hundred operations are several trips', async () => {
  await using server = await startRedis();
  using redis = await connect(server.url);
  const echo = createTrip(redis).define('echo', 'return args[1]');

  const replies = await Promise.all(Array.from({ length: 250 }, async (_, at) => echo(['a'], [at])));

  expect(replies.map(String)).toEqual(Array.from({ length: 250 }, (_, at) => String(at)));
  expect(await scriptsRun(redis)).toBe(3);
});

test.each([
  ['no list', 'text'],
  ['too few answers', []],
  ['nothing', null],
])('%s in reply to a trip is the answer of none', async (_what, reply) => {
  const trip = createTrip(scriptRedis(() => reply));
  const operation = trip.define('any', 'return 1');

  await expect(operation(['key'], [])).rejects.toEqual(new RedisUnavailableError('unreadable'));
});

test('while commands rest, those that insist are sent, and the others of the trip fail at once', async () => {
  const sent: unknown[] = [];
  const redis = scriptRedis((...given) => {
    sent.push(given);
    return [1];
  });
  const resting = new RedisUnavailableError('resting');
  const trip = createTrip({ ...redis, run: () => Promise.reject(resting) });
  const operation = trip.define('any', 'return 1');

  const replies = await Promise.allSettled([
    operation(['usual'], []),
    operation(['insists'], [], { insists: true }),
  ]);

  expect(replies).toEqual([
    { status: 'rejected', reason: resting },
    { status: 'fulfilled', value: 1 },
  ]);
  expect(sent).toEqual([[1, 'insists', 1, 'any', 1, 0]]);
});

test.each([
  [[30, 20], 20],
  [[30, undefined], 30],
  [[undefined, undefined], undefined],
])('the time limit of a trip is the shortest of its operations', async (given, expected) => {
  const limits: (number | undefined)[] = [];
  const redis = scriptRedis(() => [1, 1]);
  const trip = createTrip({
    ...redis,
    insist(command, withinMs) {
      limits.push(withinMs);
      return redis.insist(command);
    },
  });
  const operation = trip.define('any', 'return 1');

  await Promise.all(
    given.map((withinMs) =>
      operation(['key'], [], { insists: true, ...(withinMs !== undefined && { withinMs }) }),
    ),
  );

  expect(limits).toEqual([expected]);
});
