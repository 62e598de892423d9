import { expect, test } from '@jest/globals';
import { giveMemoryBack } from '../../src/memory/give-memory-back.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** A process that has been as busy as `shares` say, five seconds each; when it collected, counted in those, from 1. */
async function collectionsAfter(
  shares: readonly number[],
  collect: () => Promise<void> = async () => undefined,
): Promise<{ at: number[]; log: object[] }> {
  const clock = createManualClock();
  const at: number[] = [];
  const log: object[] = [];
  let looked = 0;
  giveMemoryBack({
    clock,
    busyShare() {
      looked += 1;
      return shares[looked - 1] ?? 0;
    },
    collect() {
      at.push(looked);
      return collect();
    },
    log: createLogger('debug', { write: (line) => void log.push(JSON.parse(line)) }),
  });
  for (const _ of shares) clock.advance(5000);
  // The line is written after the collection.
  await Promise.resolve();
  await Promise.resolve();
  return { at, log };
}

test.each([
  ['ten seconds after hard work', [0.25, 0.02, 0.02], [3]],
  ['once, however long the rest', [0.9, 0, 0, 0, 0, 0, 0], [3]],
  ['again after more hard work', [0.9, 0, 0, 0.5, 0.1, 0, 0], [3, 7]],
  ['not without hard work before', [0.24, 0, 0, 0.1, 0, 0], []],
  ['not while little is asked', [0.9, 0.03, 0.03, 0.03, 0.03], []],
  ['not in the pauses of a load that stops and goes', [0.9, 0, 0.9, 0, 0.9, 0], []],
])('garbage is collected %s', async (_when, shares, expected) => {
  const { at } = await collectionsAfter(shares);

  expect(at).toEqual(expected);
});

test('what it took is told, for who wonders about a pause', async () => {
  const { log } = await collectionsAfter([0.9, 0, 0]);

  expect(log).toMatchObject([{ level: 20, msg: 'at rest: memory was given back', tookMs: 0 }]);
});

test('a Node that cannot collect on demand goes on, and tries again', async () => {
  const { at, log } = await collectionsAfter([0.9, 0, 0, 0.9, 0, 0], () =>
    Promise.reject(new Error('Inspector is not available')),
  );

  expect(at).toEqual([3, 6]);
  expect(log).toMatchObject([
    { level: 20, msg: 'at rest: memory could not be given back' },
    { level: 20, msg: 'at rest: memory could not be given back' },
  ]);
});
