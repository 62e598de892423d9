import { expect, test } from '@jest/globals';
import { createPaceWithoutRedis } from '../../src/dingtalk/pacing/pace-without-redis.ts';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { startGateway } from '../support/start-gateway.ts';

const counted = { redisMs: 1_700_000_000_000, wasKnown: true, count: 3, countSince: 3 };
const late = new RedisUnavailableError('late');

function whole() {
  const clock = createManualClock();
  const pace = createPaceWithoutRedis(clock);
  pace.noteCounted({ ...counted, wasKnown: false });
  pace.noteCounted(counted);
  expect([pace.rateOf(20), pace.shareOf(20)]).toEqual([20, 6]);
  return { clock, pace };
}

test('in the second after Redis went one call may start, then the share of each second', () => {
  const { clock, pace } = whole();
  pace.noteFailure(late);
  const wentAtMs = clock.nowMs();

  expect([pace.rateOf(20), pace.isAway]).toEqual([6, true]);
  expect([pace.isFirstSecond, pace.notBeforeMs(-Infinity)]).toEqual([true, -Infinity]);
  expect(pace.notBeforeMs(wentAtMs)).toBe(wentAtMs + 1100);
  // A further failure does not begin another first second.
  clock.advance(700);
  pace.noteFailure(late);
  pace.noteLost();
  expect(pace.notBeforeMs(wentAtMs + 50)).toBe(wentAtMs + 1100);
  clock.advance(400);
  expect(pace.isFirstSecond).toBe(false);
});

test('a Redis that goes again and again allows one call a second, not one each time', () => {
  const { clock, pace } = whole();
  pace.noteLost();
  const startedAtMs = clock.nowMs();

  for (let times = 0; times < 4; times += 1) {
    clock.advance(250);
    pace.noteCounted(counted);
    pace.noteLost();
    expect([pace.isFirstSecond, pace.notBeforeMs(startedAtMs)]).toEqual([true, startedAtMs + 1100]);
  }
});

test('the whole pace is back a second after as many replicas as before are', () => {
  const { clock, pace } = whole();
  pace.noteFailure(late);
  clock.advance(5000);

  pace.noteCounted({ ...counted, wasKnown: false, count: 1, countSince: 1 });
  expect([pace.isAway, pace.rateOf(20), pace.sinceRedisMs]).toEqual([false, 6, counted.redisMs]);
  pace.noteCounted({ ...counted, count: 2, countSince: 2 });
  clock.advance(1000);
  // All are known there, but one of them has not been seen since.
  pace.noteCounted({ ...counted, countSince: 2 });
  clock.advance(1000);
  pace.noteCounted(counted);
  expect(pace.rateOf(20)).toBe(6);
  clock.advance(1099);
  pace.noteCounted(counted);
  expect(pace.rateOf(20)).toBe(6);
  clock.advance(1);
  pace.noteCounted(counted);
  expect(pace.rateOf(20)).toBe(20);
});

test('six seconds after Redis is back, the replicas that are not are taken for dead', () => {
  const { clock, pace } = whole();
  pace.noteLost();
  pace.noteCounted({ ...counted, wasKnown: false, count: 1, countSince: 1 });
  clock.advance(5999);
  pace.noteCounted({ ...counted, count: 2, countSince: 2 });
  expect([pace.rateOf(20), pace.shareOf(20)]).toEqual([6, 6]);

  clock.advance(1);
  pace.noteCounted({ ...counted, count: 2, countSince: 2 });

  expect([pace.rateOf(20), pace.shareOf(20)]).toEqual([20, 10]);
});

test('a Redis that has lost its data has gone, though it answers', () => {
  const { clock, pace } = whole();

  pace.noteCounted({ ...counted, wasKnown: false, count: 1, countSince: 1 });

  expect([pace.isAway, pace.rateOf(20), pace.replicas]).toEqual([false, 6, 3]);
  expect(pace.notBeforeMs(clock.nowMs())).toBe(clock.nowMs() + 1100);
});

test('a process that was counted once keeps to a share too when Redis has lost its data', () => {
  const { redisMs } = counted;
  const clock = createManualClock();
  const pace = createPaceWithoutRedis(clock);
  pace.noteCounted({ ...counted, wasKnown: false });

  pace.noteCounted({ redisMs, wasKnown: false, count: 2, countSince: 2 });

  expect([pace.isFirstSecond, pace.rateOf(20)]).toEqual([true, 6]);
  pace.noteCounted(counted);
  clock.advance(1100);
  pace.noteCounted(counted);
  expect(pace.rateOf(20)).toBe(20);
});

test('a process alone goes on at the whole pace', () => {
  const pace = createPaceWithoutRedis(createManualClock());
  pace.noteCounted({ ...counted, wasKnown: false, count: 1, countSince: 1 });
  pace.noteCounted({ ...counted, count: 1, countSince: 1 });

  pace.noteFailure(late);

  expect([pace.isAway, pace.rateOf(20), pace.notBeforeMs(0)]).toEqual([true, 20, -Infinity]);
});

test('a replica that says goodbye is not counted any more', () => {
  const { pace } = whole();

  pace.noteCounted({ ...counted, count: 2, countSince: 2 });

  expect(pace.shareOf(20)).toBe(10);
});

const lookups = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, at) => `a${at}: conversationSpace(openConversationId: "cid.demo.${at}") { spaceId }`).join(' ')} }`;

test('with a Redis that refuses all commands from the start a process is alone: 50 ids take two seconds', async () => {
  await using fake = await startFakeRedis({
    EVAL: "-NOPERM no permissions to run the 'evalsha' command\r\n",
  });
  const clock = createManualClock();
  await using gateway = await startGateway({
    clock,
    environment: {
      REDIS_URL: `redis://127.0.0.1:${fake.port}`,
      DINGTALK_QPS: '20',
      MAX_LOOKUPS_PER_REQUEST: '50',
      UPSTREAM_TIMEOUT_MS: '30000',
    },
  });
  let isDone = false;
  const answer = gateway.query(lookups(50)).finally(() => (isDone = true));
  const fromMs = clock.nowMs();
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(20);
  }

  expect((await answer).body.errors).toBeUndefined();
  const startsMs = gateway.upstream.callsTo('conversationSpace').map(({ atMs }) => atMs);
  expect(startsMs).toHaveLength(50);
  // Twenty in each second: at a quarter of that it takes ten.
  expect(Math.max(...startsMs) - fromMs).toBeLessThan(4000);
});
