import { expect, test } from '@jest/globals';
import { createAdaptiveRate } from '../../src/dingtalk/pacing/adaptive-rate.ts';
import { createManualClock } from '../support/manual-clock.ts';

test('half as fast after a refusal, and back at full pace in ten steps over thirty seconds', () => {
  const clock = createManualClock();
  const pace = createAdaptiveRate(clock, 20);

  pace.slowDown();

  const seen = Array.from({ length: 11 }, () => {
    const { callsPerSecond } = pace;
    clock.advance(3000);
    return callsPerSecond;
  });
  expect(seen).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});

test('a burst of refusals halves it once, a second one later again', () => {
  const clock = createManualClock();
  const pace = createAdaptiveRate(clock, 20);
  for (let refusal = 0; refusal < 20; refusal += 1) pace.slowDown();
  expect(pace.callsPerSecond).toBe(10);

  clock.advance(1000);
  pace.slowDown();
  expect(pace.callsPerSecond).toBe(5);
});

test('never below one a second', () => {
  const clock = createManualClock();
  const pace = createAdaptiveRate(clock, 3);
  for (let second = 0; second < 10; second += 1) {
    pace.slowDown();
    clock.advance(1000);
  }
  expect(pace.callsPerSecond).toBe(1);
});
