import type { Clock } from '../../async/clock.ts';

const halvedAtMostEveryMs = 1000;
const recoveryMs = 30_000;
const steps = 10;

/** The calls a second of one API. */
export interface AdaptiveRate {
  readonly callsPerSecond: number;
  /** Called for every answer that says "too fast". */
  slowDown(): void;
}

/** Halves after a refusal, at most once a second and never below 1, and recovers in ten steps over 30 s. */
export function createAdaptiveRate(clock: Clock, full: number): AdaptiveRate {
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
