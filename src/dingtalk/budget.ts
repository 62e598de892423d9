import type { Clock } from '../clock.ts';
import type { Deadline } from './deadline.ts';
import { DingTalkError } from './dingtalk-error.ts';
import { createFairQueue, type Waiting } from './fair-queue.ts';

const secondMs = 1000;
const maxInFlight = 20;
const maxWaiting = 1000;

/** Calls to one API, paced so that DingTalk sees at most so many in any one second. */
export interface Budget {
  /**
   * Runs `call` as soon as its turn comes. Viewers take turns, so that one with many calls does not
   * starve another with one.
   *
   * @throws {DingTalkError} `rate-limited` at once when the turn cannot come before the deadline or too many wait.
   */
  spend<T>(viewerKey: string, deadline: Deadline, call: () => Promise<T>): Promise<T>;
}

/**
 * DingTalk counts a call when it arrives, somewhere between its start and its answer. So a call keeps its place in
 * the second until one second after its end: however long connections take to open, no second sees too many.
 */
export function createBudget(clock: Clock, callsPerSecond: number): Budget {
  const queue = createFairQueue();
  /** When the places of ended calls come free, soonest first. */
  const freeAtMs: number[] = [];
  let inFlight = 0;
  let cancelTimer: (() => void) | undefined;

  /** How long the call that has `ahead` others before it waits at least; calls in flight may end at any moment. */
  function shortestWaitMs(ahead: number): number {
    const nowMs = clock.nowMs();
    while (freeAtMs[0] !== undefined && freeAtMs[0] <= nowMs) freeAtMs.shift();
    const free = Math.max(0, callsPerSecond - inFlight - freeAtMs.length);
    // The places of one second, soonest first; whoever comes after them takes them anew, a second later.
    const index = ahead % callsPerSecond;
    const laterMs = Math.floor(ahead / callsPerSecond) * secondMs;
    const placeMs = index < free ? nowMs : (freeAtMs[index - free] ?? nowMs + secondMs);
    return placeMs - nowMs + laterMs;
  }

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && inFlight < maxInFlight) {
      const waitMs = shortestWaitMs(0);
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      queue.take()?.start();
    }
  }

  async function turn(viewerKey: string, { signal, expiresAtMs }: Deadline): Promise<void> {
    signal.throwIfAborted();
    const waitMs = shortestWaitMs(queue.ahead(viewerKey));
    if (queue.size >= maxWaiting || clock.nowMs() + waitMs >= expiresAtMs) {
      throw spent(waitMs);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      queue.remove(viewerKey, call);
      // Behind calls that hang it is DingTalk that took too long; otherwise it was the pace.
      const isPaced = inFlight < Math.min(maxInFlight, callsPerSecond);
      const isLate = signal.reason instanceof DingTalkError && signal.reason.kind === 'timeout';
      reject(isLate && isPaced ? spent(shortestWaitMs(0)) : (signal.reason as Error));
    };
    const call: Waiting = {
      start() {
        signal.removeEventListener('abort', leave);
        inFlight += 1;
        resolve();
      },
    };
    signal.addEventListener('abort', leave, { once: true });
    queue.add(viewerKey, call);
    startNext();
    return promise;
  }

  return {
    async spend(viewerKey, deadline, call) {
      await turn(viewerKey, deadline);
      try {
        return await call();
      } finally {
        inFlight -= 1;
        freeAtMs.push(clock.nowMs() + secondMs);
        startNext();
      }
    },
  };
}

function spent(waitMs: number): DingTalkError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  return new DingTalkError('rate-limited', { retryAfterMs, reason: 'the call budget is spent' });
}
