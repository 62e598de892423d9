import { expect, test } from '@jest/globals';
import { createRetryBudget } from '../../src/dingtalk/resilience/retry-budget.ts';

/** The number of retries that it grants in a row. */
function drain(budget: ReturnType<typeof createRetryBudget>): number {
  let retries = 0;
  while (budget.take()) retries += 1;
  return retries;
}

test('starts with ten retries, and ten lookups earn one more', () => {
  const budget = createRetryBudget();
  expect(drain(budget)).toBe(10);

  for (let lookup = 0; lookup < 9; lookup += 1) budget.earn();
  expect(drain(budget)).toBe(0);
  budget.earn();
  expect(drain(budget)).toBe(1);
});

test('holds at most ten retries', () => {
  const budget = createRetryBudget();
  for (let lookup = 0; lookup < 10_000; lookup += 1) budget.earn();
  expect(drain(budget)).toBe(10);
});

test.each([100, 200, 5000])('%i lookups that all fail cost at most a fifth more calls', (lookups) => {
  const budget = createRetryBudget();
  let retries = 0;
  for (let lookup = 0; lookup < lookups; lookup += 1) {
    budget.earn();
    for (let attempt = 2; attempt <= 3; attempt += 1) if (budget.take()) retries += 1;
  }
  expect(retries).toBeLessThanOrEqual(lookups / 5);
});
