import type { Clock } from '../clock.ts';

/** Something that is left alone for a while after each failure. */
export interface Resting {
  isResting(): boolean;
  rest(): void;
}

export function createResting(clock: Clock, restMs: number): Resting {
  let untilMs = -Infinity;
  return {
    isResting: () => clock.nowMs() < untilMs,
    rest() {
      untilMs = clock.nowMs() + restMs;
    },
  };
}
