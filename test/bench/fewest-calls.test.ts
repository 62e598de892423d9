import { expect, test } from '@jest/globals';
import { fewestCalls } from '../../bench/replicas/fewest-calls.ts';
import { traces } from '../../bench/replicas/traces.ts';

const promise = { freshMs: 2000, callMs: 50 };
const askedAt = (...timesMs: number[]) => timesMs.map((atMs) => ({ key: 'a', atMs }));

test.each([
  ['nothing asked costs nothing', [], 0],
  ['requests during the first call share it', [0, 0, 10, 49], 1],
  ['an entry is fresh from when it was asked', [0, 60, 1999], 1],
  ['the first request after that has it revalidated, and the next ones are served', [0, 2000, 2001, 3999], 2],
  ['it is fresh from the revalidation on, not from the moment at which it became stale', [0, 3000, 4500], 2],
  ['a key that is asked seldom costs a call each time', [0, 5000, 10_000], 3],
])('%s', (_name, timesMs, calls) => {
  expect(fewestCalls(askedAt(...timesMs), promise)).toBe(calls);
});

test('the order of the log does not matter', () => {
  expect(fewestCalls(askedAt(2001, 0, 2000), promise)).toBe(2);
});

test('each key has its own calls', () => {
  const asked = ['a', 'b', 'a', 'b'].map((key, at) => ({ key, atMs: at * 10 }));

  expect(fewestCalls(asked, promise)).toBe(2);
});

test('a call that takes longer than its answer is fresh is shared until it ends', () => {
  expect(fewestCalls(askedAt(0, 20, 49, 50), { freshMs: 10, callMs: 50 })).toBe(2);
});

test.each(traces.map((trace) => [trace.name, trace] as const))(
  'the trace "%s" is the same for the same seed, in order of time',
  (_name, trace) => {
    const planned = trace.requests(7);
    const timesMs = planned.map(({ atMs }) => atMs);

    expect(trace.requests(7)).toEqual(planned);
    expect(trace.requests(8)).not.toEqual(planned);
    expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
    expect(planned.every(({ draw }) => draw >= 0 && draw < 1)).toBe(true);
  },
);

test('a burst is one new key for a hundred requests, of which one call answers all', () => {
  const burst = traces.find(({ name }) => name === 'cold burst')!;
  const asked = burst.requests(1).map(({ id, atMs }) => ({ key: id, atMs }));

  expect([asked.length, fewestCalls(asked, promise)]).toEqual([5000, 50]);
});
