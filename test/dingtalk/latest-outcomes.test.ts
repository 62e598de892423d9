import { expect, test } from '@jest/globals';
import { createLatestOutcomes, type LatestOutcomes } from '../../src/dingtalk/resilience/latest-outcomes.ts';
import { createManualClock } from '../support/manual-clock.ts';

interface Calls {
  readonly viewer: string;
  /** Looked up in turn, in this order. */
  readonly subjects: readonly string[];
  readonly failed: boolean;
  readonly ownCall?: boolean;
}

const many = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const failing = (viewer: string, ...subjects: string[]): Calls => ({ viewer, subjects, failed: true });
const well = (viewer: string, ...subjects: string[]): Calls => ({ viewer, subjects, failed: false });
const own = (calls: Calls): Calls => ({ ...calls, ownCall: true });

function note(outcomes: LatestOutcomes, calls: readonly Calls[]): void {
  for (const { subjects, failed, ...about } of calls) {
    for (const subject of subjects) outcomes.note({ ...about, subject }, failed);
  }
}

const table: [name: string, isFailing: boolean, calls: readonly Calls[]][] = [
  ['nothing', false, []],
  ['one viewer, nine ids', false, [failing('a', ...many('x', 9))]],
  ['one viewer alone, ten ids', true, [failing('a', ...many('x', 10))]],
  ['one viewer, one id a hundred times', false, [failing('a', ...Array<string>(100).fill('x'))]],
  ['half of the latest ten', false, [well('a', ...many('w', 5)), failing('a', ...many('x', 5))]],
  ['more than half of them', true, [well('a', ...many('w', 4)), failing('a', ...many('x', 6))]],
  ['ten viewers, an id each', true, many('v', 10).map((viewer) => failing(viewer, `of ${viewer}`))],
  [
    'an id that succeeds again',
    false,
    [failing('a', ...many('x', 9)), well('a', ...many('x', 9)), failing('a', 'y')],
  ],
  ['one viewer beside a healthy one', false, [well('b', 'w'), failing('a', ...many('x', 100))]],
  [
    'two viewers beside a healthy one',
    true,
    [well('c', 'w'), failing('a', ...many('x', 9)), failing('b', ...many('y', 9))],
  ],
  [
    'viewers with half of their ids failing',
    false,
    many('v', 10).flatMap((viewer) => [well(viewer, `well ${viewer}`), failing(viewer, `bad ${viewer}`)]),
  ],
  [
    'one id that fails for twenty viewers, beside other ids that succeed',
    false,
    [...many('v', 20).map((viewer) => failing(viewer, 'x')), well('b', 'w1', 'w2')],
  ],
  ['one id that fails for every viewer', true, many('v', 10).map((viewer) => failing(viewer, 'x'))],
  ['tokens alone', true, [own(failing('token', ...many('t', 10)))]],
  [
    'failing tokens, beside a healthy viewer',
    false,
    [own(failing('token', ...many('t', 10))), well('a', 'w')],
  ],
  [
    'a token that succeeded, then only failures',
    true,
    [own(well('token', 't')), failing('a', ...many('x', 9))],
  ],
  [
    'made-up bearers, beside a healthy viewer',
    false,
    [well('a', 'w'), own(failing('bearer', ...many('b', 100)))],
  ],
];

test.each(table)('%s: %p', (_name, expected, calls) => {
  const outcomes = createLatestOutcomes(createManualClock());

  note(outcomes, calls);

  expect(outcomes.isFailing()).toBe(expected);
});

test('an outcome is forgotten after a minute', () => {
  const clock = createManualClock();
  const outcomes = createLatestOutcomes(clock);
  note(outcomes, [well('b', 'w')]);
  clock.advance(30_000);
  note(outcomes, [failing('a', ...many('x', 10))]);
  expect(outcomes.isFailing()).toBe(false);

  clock.advance(29_999);
  expect(outcomes.isFailing()).toBe(false);
  clock.advance(1);
  expect(outcomes.isFailing()).toBe(true);
  clock.advance(30_000);
  expect(outcomes.isFailing()).toBe(false);
});

test('keeps the latest ten outcomes of a viewer, who displaces no other viewer’s', () => {
  const outcomes = createLatestOutcomes(createManualClock());
  note(outcomes, [failing('b', 'theirs'), failing('a', ...many('x', 1000))]);

  expect(outcomes.failures().map(({ subject }) => subject)).toEqual([
    ...many('x', 1000).slice(-10).toReversed(),
    'theirs',
  ]);
});

test('keeps the latest fifty outcomes', () => {
  const outcomes = createLatestOutcomes(createManualClock());
  note(
    outcomes,
    many('v', 100).map((viewer) => failing(viewer, 'x')),
  );

  expect(outcomes.failures().map(({ viewer }) => viewer)).toEqual(many('v', 100).slice(-50).toReversed());
});
