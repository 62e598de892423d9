import { expect, test } from '@jest/globals';
import { estimateMs, stretch, turnMs } from '../../bench/budget.ts';

test('turns are as long as the budget allows, and no longer than is of use', () => {
  expect(turnMs({ budgetMs: 100_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(240);
  expect(turnMs({ budgetMs: 1_000_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(400);
  expect(turnMs({ budgetMs: 1000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(100);
});

test('what is estimated fits into the budget', () => {
  expect(estimateMs({ budgetMs: 100_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(100_000);
});

test('turns shrink when a round took longer than its share of what is left, and never grow', () => {
  const round = { roundMs: 10_000, turnsMs: 6000, roundsLeft: 10 };

  expect(stretch({ ...round, leftMs: 70_000 })).toBe(0.5);
  expect(stretch({ ...round, leftMs: 1_000_000 })).toBe(1);
  expect(stretch({ ...round, leftMs: 1000 })).toBe(0.2);
});
