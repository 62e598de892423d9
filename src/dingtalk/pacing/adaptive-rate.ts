import type { Clock } from '../../async/clock.ts';

const halvedAtMostEveryMs = 1000;
const recoveryMs = 30_000;
const steps = 10;

/** How many calls a second one API bears. */
export interface Pace {
  readonly callsPerSecond: number;
  /** Told of every answer that says "too fast". */
  slowDown(): void;
}

/** Half as fast after a refusal, once a second at most and never below 1; back at full pace step by step over 30 s. */
export function createPace(clock: Clock, full: number): Pace {
  let slowest = full;
  let slowedAtMs = -Infinity;

  function callsPerSecond(): number {
    const step = Math.floor(((clock.nowMs() - slowedAtMs) * steps) / recoveryMs);
    return step >= steps ? full : Math.floor(slowest + ((full - slowest) * step) / steps);
  }

  return {
    get callsPerSecond() {
      return callsPerSecond();
    },
    slowDown() {
      if (clock.nowMs() - slowedAtMs < halvedAtMostEveryMs) return;
      slowest = Math.max(1, Math.floor(callsPerSecond() / 2));
      slowedAtMs = clock.nowMs();
    },
  };
}
