import { systemClock, type Clock } from '../../src/async/clock.ts';

export interface RunningClock extends Clock {
  /** Moves the clock forward at once and runs all timers that are due, as after a sleep of the machine. */
  jump(ms: number): void;
}

/** The machine's clock, which a test can move forward. */
export function createRunningClock(): RunningClock {
  let aheadMs = 0;
  const tasks = new Map<() => void, { readonly atMs: number; cancel: () => void }>();
  const nowMs = (): number => systemClock.nowMs() + aheadMs;

  function arm(run: () => void, atMs: number): void {
    const cancel = systemClock.after(Math.max(0, atMs - nowMs()), () => {
      tasks.delete(run);
      run();
    });
    tasks.set(run, { atMs, cancel });
  }
  return {
    nowMs,
    wallMs: () => systemClock.wallMs(),
    after(delayMs, task) {
      const run = (): void => task();
      arm(run, nowMs() + delayMs);
      return () => {
        tasks.get(run)?.cancel();
        tasks.delete(run);
      };
    },
    jump(ms) {
      aheadMs += ms;
      for (const [run, { atMs, cancel }] of [...tasks].toSorted(([, a], [, b]) => a.atMs - b.atMs)) {
        cancel();
        arm(run, atMs);
      }
    },
  };
}
