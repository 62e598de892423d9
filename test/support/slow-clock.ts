import { systemClock, type Clock } from '../../src/async/clock.ts';

/** The machine's clock, ten times slower: a limit of 50 ms becomes half a second, for busy machines. */
export function createSlowClock(): Clock {
  const times = 10;
  return {
    nowMs: () => systemClock.nowMs() / times,
    wallMs: () => systemClock.wallMs(),
    after: (delayMs, task) => systemClock.after(delayMs * times, task),
  };
}
