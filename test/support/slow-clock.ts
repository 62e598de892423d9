import { systemClock, type Clock } from '../../src/async/clock.ts';

/** The machine's clock, ten times slower: what may take 50 ms has half a second, however busy the machine is. */
export function createSlowClock(): Clock {
  const times = 10;
  return {
    nowMs: () => systemClock.nowMs() / times,
    wallMs: () => systemClock.wallMs(),
    after: (delayMs, task) => systemClock.after(delayMs * times, task),
  };
}
