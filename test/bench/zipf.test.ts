import { expect, test } from '@jest/globals';
import { createZipf } from '../../bench/load/zipf.ts';
import { createRandom } from '../../scripts/plan/random.ts';

const thousand = (seed: number): number[] => Array.from({ length: 1000 }, createRandom(seed));

test('a seed always gives the same numbers, another seed others, all from 0 to 1', () => {
  expect(thousand(7)).toEqual(thousand(7));
  expect(thousand(7)).not.toEqual(thousand(8));
  expect(thousand(7).every((value) => value >= 0 && value < 1)).toBe(true);
});

test('rank r is drawn r + 1 times less often than the first', () => {
  const draw = createZipf(4, 1, createRandom(1));
  const counts = [0, 0, 0, 0];
  for (let at = 0; at < 100_000; at += 1) counts[draw()]! += 1;

  const shares = counts.map((count) => Math.round((100 * count) / 100_000));

  // 1 : 1/2 : 1/3 : 1/4 of 25/12.
  expect(shares).toEqual([48, 24, 16, 12]);
});

test('the lowest and the highest number give the first and the last rank', () => {
  expect(createZipf(10, 1, () => 0)()).toBe(0);
  expect(createZipf(10, 1, () => 1 - 2 ** -32)()).toBe(9);
});
