import type { Clock } from '../../async/clock.ts';

const secondMs = 1000;
const forgetAt = 1000;

/** A sliding window of one second: how many calls may still start in it. */
export interface SlidingWindow {
  /** Calls that have started and not ended. */
  readonly inFlight: number;
  readonly left: number;
  /** The least time that a call with `ahead` others before it waits: calls in flight may end at any moment. */
  shortestWaitMs(ahead: number, notBeforeMs: number): number;
  take(): void;
  /** Ends a call. One that was not sent has used no place. */
  giveBack(sent: boolean): void;
}

/**
 * DingTalk counts a call when it arrives, somewhere between its start and its answer. So a call keeps its place until one
 * second after its end: however long a connection takes to open, no second sees too many.
 */
export function createSlidingWindow(clock: Clock, callsPerSecond: () => number): SlidingWindow {
  /** When the places of ended calls come free, soonest first; those before `next` are free. */
  let freeAtMs: number[] = [];
  let next = 0;
  let inFlight = 0;

  function taken(): number {
    const nowMs = clock.nowMs();
    while ((freeAtMs[next] ?? Infinity) <= nowMs) next += 1;
    // Seldom: it copies all that are left.
    if (next >= forgetAt) {
      freeAtMs = freeAtMs.slice(next);
      next = 0;
    }
    return inFlight + freeAtMs.length - next;
  }

  return {
    get inFlight() {
      return inFlight;
    },
    get left() {
      return callsPerSecond() - taken();
    },
    shortestWaitMs(ahead, notBeforeMs) {
      const nowMs = clock.nowMs();
      const perSecond = callsPerSecond();
      // Order: free places, places that come free, calls in flight; then the same places a second later.
      const index = (ahead % perSecond) + taken() - perSecond;
      const laterMs = Math.floor(ahead / perSecond) * secondMs;
      const placeMs = index < 0 ? nowMs : (freeAtMs[next + index] ?? nowMs + secondMs);
      return Math.max(placeMs, notBeforeMs) - nowMs + laterMs;
    },
    take() {
      inFlight += 1;
    },
    giveBack(sent) {
      inFlight -= 1;
      if (sent) freeAtMs.push(clock.nowMs() + secondMs);
    },
  };
}
