import { expect, test } from '@jest/globals';
import { median, quantile, ratiosWithinRounds, summarize } from '../../bench/statistics.ts';

test('a quantile is interpolated between its neighbours, in any order of the values', () => {
  expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
  expect(median([10, 1, 2])).toBe(2);
});

test('a series without values has no quantile', () => {
  expect(() => quantile([], 0.5)).toThrow('a series without values has no quantile');
});

test('a summary holds the median, the quartiles and the extremes', () => {
  expect(summarize([1, 2, 3, 4, 100])).toEqual({ median: 3, q1: 2, q3: 4, min: 1, max: 100, count: 5 });
});

test('ratios are taken within a round, only for rounds that both have', () => {
  const limit = new Map([
    [1, 2],
    [2, 10],
    [4, 0],
  ]);
  const target = new Map([
    [1, 6],
    [2, 20],
    [3, 5],
    [4, 5],
  ]);

  expect(ratiosWithinRounds(target, limit)).toEqual([3, 2]);
});
