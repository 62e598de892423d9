import { setImmediate as immediately } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { nextTurn } from '../../src/async/next-turn.ts';

test('waiters of one turn continue together, step by step', async () => {
  const steps: string[] = [];
  const work = async (name: string): Promise<void> => {
    await nextTurn();
    steps.push(`${name} 1`);
    await Promise.resolve();
    steps.push(`${name} 2`);
  };

  const all = Promise.all([work('a'), work('b')]);
  await Promise.resolve();
  expect(steps).toEqual([]);
  await all;

  expect(steps).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
});

test('a waiter that arrives while others continue waits for the next turn', async () => {
  const steps: string[] = [];
  const late = async (): Promise<void> => {
    await nextTurn();
    steps.push('late');
  };

  await nextTurn();
  const waiting = late();
  await Promise.resolve();
  steps.push('early');
  await waiting;

  expect(steps).toEqual(['early', 'late']);
});

test('sixty-four waiters continue in one turn, the others in the next ones, in order of arrival', async () => {
  const gone: number[] = [];
  const all = Promise.all(
    Array.from({ length: 130 }, async (_, at) => {
      await nextTurn();
      gone.push(at);
    }),
  );

  const perTurn: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await immediately();
    perTurn.push(gone.length);
  }
  await all;

  expect(perTurn).toEqual([64, 128, 130]);
  expect(gone).toEqual(gone.toSorted((one, other) => one - other));
});
