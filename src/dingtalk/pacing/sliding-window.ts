import type { Clock } from '../../async/clock.ts';

const secondMs = 1000;
const forgetAt = 1000;

/** The places of the calls that may start within one second. */
export interface Places {
  /** Calls that have not ended. */
  readonly inFlight: number;
  readonly left: number;
  /**
   * How long the call that has `ahead` others before it waits at least, where none starts before `notBeforeMs`; calls
   * in flight may end at any moment.
   */
  shortestWaitMs(ahead: number, notBeforeMs: number): number;
  take(): void;
  /** Ends a call; one that was not sent has used no place. */
  giveBack(sent: boolean): void;
}

/**
 * DingTalk counts a call when it arrives, somewhere between its start and its answer. So a call keeps its place in
 * the second until one second after its end: however long connections take to open, no second sees too many.
 */
export function createPlaces(clock: Clock, callsPerSecond: () => number): Places {
  /** When the places of ended calls come free, soonest first; those before `next` have come free. */
  let freeAtMs: number[] = [];
  let next = 0;
  let inFlight = 0;

  function taken(): number {
    const nowMs = clock.nowMs();
    while ((freeAtMs[next] ?? Infinity) <= nowMs) next += 1;
    // Seldom, for each time costs as much as all that are left.
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
      // Free ones, then soonest first, then those in flight. Whoever comes after them takes them anew, a second later.
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
