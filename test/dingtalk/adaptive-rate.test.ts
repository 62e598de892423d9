import { expect, test } from '@jest/globals';
import { createAdaptiveRate } from '../../src/dingtalk/pacing/adaptive-rate.ts';
import { createManualClock } from '../support/manual-clock.ts';

test('halves the rate at "too fast", and recovers in ten steps over thirty seconds', () => {
  const clock = createManualClock();
  const rate = createAdaptiveRate(clock, 20);

  rate.slowDown();

  const seen = Array.from({ length: 11 }, () => {
    const { callsPerSecond } = rate;
    clock.advance(3000);
    return callsPerSecond;
  });
  expect(seen).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
});

test('a burst of "too fast" halves the rate once, a later burst halves it again', () => {
  const clock = createManualClock();
  const rate = createAdaptiveRate(clock, 20);
  for (let refusal = 0; refusal < 20; refusal += 1) rate.slowDown();
  expect(rate.callsPerSecond).toBe(10);

  clock.advance(1000);
  rate.slowDown();
  expect(rate.callsPerSecond).toBe(5);
});

test('never falls below one call a second', () => {
  const clock = createManualClock();
  const rate = createAdaptiveRate(clock, 3);
  for (let second = 0; second < 10; second += 1) {
    rate.slowDown();
    clock.advance(1000);
  }
  expect(rate.callsPerSecond).toBe(1);
});
