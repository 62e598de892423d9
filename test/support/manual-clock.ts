import type { Clock } from '../../src/async/clock.ts';

export interface ManualClock extends Clock {
  /** Moves the clock forward and runs the timers that become due, in order. */
  advance(ms: number): void;
  /** Resolves once a timer with exactly that delay is pending. */
  waitForTimer(delayMs: number): Promise<void>;
}

interface Task {
  readonly atMs: number;
  readonly delayMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test advances it. */
export function createManualClock(): ManualClock {
  let nowMs = 1000;
  const tasks = new Set<Task>();
  let nextTimer = Promise.withResolvers<void>();
  return {
    nowMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 0, 15) + nowMs,
    after(delayMs, run) {
      const task = { atMs: nowMs + delayMs, delayMs, run };
      tasks.add(task);
      nextTimer.resolve();
      nextTimer = Promise.withResolvers<void>();
      return () => tasks.delete(task);
    },
    async waitForTimer(delayMs) {
      while (![...tasks].some((task) => task.delayMs === delayMs)) await nextTimer.promise;
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        // One pass: simulations have hundreds of timers.
        let next: Task | undefined;
        for (const task of tasks) if (task.atMs <= untilMs && !(next && next.atMs <= task.atMs)) next = task;
        if (!next) break;
        tasks.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = untilMs;
    },
  };
}

/** Advances the clock until `work` is done. */
export async function advanceUntil<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  void work.finally(() => (isDone = true)).catch(() => undefined);
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(50);
  }
  return work;
}
