import { expect, test } from '@jest/globals';
import { estimateMs, nextTurnMs, operationsFor, turnMs } from '../../bench/budget.ts';

test('turns are as long as the budget allows, up to a maximum', () => {
  expect(turnMs({ budgetMs: 100_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(240);
  expect(turnMs({ budgetMs: 1_000_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(400);
  expect(turnMs({ budgetMs: 1000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(80);
});

test('the estimate fits into the budget', () => {
  expect(estimateMs({ budgetMs: 100_000, rounds: 10, turns: 20, fixedMs: 4000 })).toBe(100_000);
});

test('after a round, turns become as long as the remaining time allows', () => {
  const seen = { turnMs: 200, roundMs: 10_000, turnsMs: 6000, roundsLeft: 10 };

  expect(nextTurnMs({ ...seen, leftMs: 70_000 })).toBe(100);
  expect(nextTurnMs({ ...seen, leftMs: 130_000 })).toBe(300);
  expect(nextTurnMs({ ...seen, leftMs: 1_000_000 })).toBe(400);
  expect(nextTurnMs({ ...seen, leftMs: 1000 })).toBe(80);
});

test('a turn has the operations of its time, at least twice its concurrency', () => {
  expect(operationsFor(1000, 300, 32)).toBe(300);
  expect(operationsFor(1000, 100, 128)).toBe(256);
});
