import type { Clock } from '../../src/clock.ts';

export interface ManualClock extends Clock {
  /** Turns the hands, running what falls due on the way. */
  advance(ms: number): void;
}

/** A clock that stands still until a test turns it. */
export function createManualClock(): ManualClock {
  let nowMs = 1000;
  const tasks = new Set<{ readonly atMs: number; readonly run: () => void }>();
  return {
    nowMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 0, 15) + nowMs,
    after(delayMs, run) {
      const task = { atMs: nowMs + delayMs, run };
      tasks.add(task);
      return () => tasks.delete(task);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...tasks].filter((task) => task.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs);
        if (!next) break;
        tasks.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = untilMs;
    },
  };
}
