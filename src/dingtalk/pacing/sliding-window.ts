import type { Clock } from '../../async/clock.ts';

const secondMs = 1000;
const forgetAt = 1000;

/** The slots of a sliding second, and the calls in flight. */
export interface SlidingWindow {
  /** Calls that have started and not ended. */
  readonly inFlight: number;
  /** How many calls could start right now. */
  readonly left: number;
  /** Whether the most calls are in flight, whatever the rate. */
  readonly isFull: boolean;
  /** Whether calls in flight hold every slot: none is free until one of them ends. */
  readonly isHeldInFlight: boolean;
  /** The shortest wait of a call with `ahead` others before it: calls in flight may end at any moment. */
  shortestWaitMs(ahead: number, notBeforeMs: number): number;
  take(): void;
  /** Ends a call. Its slot is free a second later, or at once if the call was not `sent`. */
  release(sent: boolean): void;
}

/**
 * DingTalk counts a call when it arrives, somewhere between its start and its answer. So a call holds its slot until one
 * second after its end: however long a connection takes to open, no second sees too many.
 */
export function createSlidingWindow(
  clock: Clock,
  callsPerSecond: () => number,
  maxInFlight: number,
): SlidingWindow {
  /** When the slots of ended calls are free, soonest first; those before `next` are free. */
  let freeAtMs: number[] = [];
  let next = 0;
  let inFlight = 0;

  function taken(): number {
    const nowMs = clock.nowMs();
    while ((freeAtMs[next] ?? Infinity) <= nowMs) next += 1;
    // Seldom, because it copies the rest.
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
      return Math.max(0, Math.min(maxInFlight - inFlight, callsPerSecond() - taken()));
    },
    get isFull() {
      return inFlight >= maxInFlight;
    },
    get isHeldInFlight() {
      return inFlight >= Math.min(maxInFlight, callsPerSecond());
    },
    shortestWaitMs(ahead, notBeforeMs) {
      const nowMs = clock.nowMs();
      const perSecond = callsPerSecond();
      // Order: free slots, slots of ended calls, calls in flight; then the same slots a second later.
      const index = (ahead % perSecond) + taken() - perSecond;
      const laterMs = Math.floor(ahead / perSecond) * secondMs;
      const slotMs = index < 0 ? nowMs : (freeAtMs[next + index] ?? nowMs + secondMs);
      return Math.max(slotMs, notBeforeMs) - nowMs + laterMs;
    },
    take() {
      inFlight += 1;
    },
    release(sent) {
      inFlight -= 1;
      if (sent) freeAtMs.push(clock.nowMs() + secondMs);
    },
  };
}
