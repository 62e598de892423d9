import { expect, test } from '@jest/globals';
import { giveMemoryBack } from '../../src/memory/give-memory-back.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createManualClock } from '../support/manual-clock.ts';

interface FiveSeconds {
  /** The share of them in which there was something to do. */
  readonly busy: number;
  /** What the process holds after them, in MiB; NaN: the system does not say. */
  readonly holds: number;
}

const hard = (holds: number): FiveSeconds => ({ busy: 0.9, holds });
const idle = (holds: number): FiveSeconds => ({ busy: 0.02, holds });
const little = (holds: number): FiveSeconds => ({ busy: 0.03, holds });

const aMinute = (holds: number): FiveSeconds[] => Array<FiveSeconds>(12).fill(idle(holds));

/** A process of 100 MiB that goes through `story`; after which of its steps, counted from 1, it collected. */
async function collectionsDuring(
  story: readonly FiveSeconds[],
  collect: () => Promise<void> = async () => undefined,
): Promise<{ at: number[]; log: object[] }> {
  const clock = createManualClock();
  const at: number[] = [];
  const log: object[] = [];
  let step = 0;
  giveMemoryBack({
    clock,
    busyShare: () => story[step - 1]!.busy,
    residentBytes() {
      const holds = story[step - 1]?.holds ?? 100;
      if (Number.isNaN(holds)) throw new Error('EMFILE: too many open files');
      return holds * 2 ** 20;
    },
    async collect() {
      at.push(step);
      await collect();
      // What a collection leaves shows in the next step's figure, as in life.
      step += 1;
    },
    log: createLogger('debug', { write: (line) => void log.push(JSON.parse(line)) }),
  });
  while (step < story.length) {
    step += 1;
    await clock.waitForTimer(5000);
    clock.advance(5000);
    // The look ends in later microtasks.
    await new Promise(setImmediate);
  }
  return { at, log };
}

test.each([
  ['after a minute of rest', [hard(400), ...aMinute(400), idle(150)], [13]],
  ['once, however long the rest', [hard(400), ...aMinute(400), ...aMinute(150), ...aMinute(150)], [13]],
  [
    'again where it grew again',
    [hard(400), ...aMinute(400), idle(150), hard(214), ...aMinute(214), idle(150)],
    [13, 27],
  ],
  ['once where nothing could be given back', [hard(400), ...aMinute(400), ...aMinute(400)], [13]],
  ['not for less than 64 MiB', [hard(163), ...aMinute(163), ...aMinute(163)], []],
  ['not while little is asked', [hard(400), ...aMinute(400).map(({ holds }) => little(holds))], []],
  [
    'not in the pauses of a load that stops and goes',
    [hard(400), ...aMinute(400).slice(1), hard(400), ...aMinute(400).slice(1), hard(400)],
    [],
  ],
])('garbage is collected %s', async (_when, story, expected) => {
  const { at } = await collectionsDuring(story);

  expect(at).toEqual(expected);
});

test('what it took and gave is told, for who wonders about a pause', async () => {
  const { log } = await collectionsDuring([hard(400), ...aMinute(400), idle(150)]);

  expect(log).toMatchObject([
    { level: 20, msg: 'at rest: memory was given back', tookMs: 0, givenBackMiB: 250 },
  ]);
});

test('a Node that cannot collect on demand goes on', async () => {
  const { log } = await collectionsDuring([hard(400), ...aMinute(400), idle(400)], () =>
    Promise.reject(new Error('Inspector is not available')),
  );

  expect(log).toMatchObject([{ level: 20, msg: 'at rest: memory could not be given back' }]);
});

test('where the system does not say what the process holds, it is asked again', async () => {
  const { at, log } = await collectionsDuring([hard(400), ...aMinute(NaN), idle(400)]);

  expect(at).toEqual([14]);
  expect(log[0]).toMatchObject({ level: 20, msg: 'at rest: memory could not be given back' });
});
