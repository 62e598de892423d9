import type { Clock } from '../clock.ts';
import type { Deadline } from './deadline.ts';
import { DingTalkError } from './dingtalk-error.ts';

/** DingTalk's second and ours start apart, and calls overtake each other on the way: this much apart at most. */
const windowMs = 1050;
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

interface Waiting {
  readonly start: () => void;
}

export function createBudget(clock: Clock, callsPerSecond: number): Budget {
  /** When the latest calls started, oldest first; no longer than one window's worth. */
  const startedAtMs: number[] = [];
  const waiting = new Map<string, Waiting[]>();
  let waitingCount = 0;
  let inFlight = 0;
  let cancelTimer: (() => void) | undefined;

  /** The earliest moment at which the call that has `ahead` others before it may start. */
  function earliestStartMs(ahead: number): number {
    const nowMs = clock.nowMs();
    const index = startedAtMs.length + ahead - callsPerSecond;
    if (index < 0) return nowMs;
    const known = startedAtMs[index % callsPerSecond] ?? nowMs;
    const windows = Math.floor(index / callsPerSecond) + 1;
    return Math.max(known, nowMs - windowMs) + windows * windowMs;
  }

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (waitingCount > 0 && inFlight < maxInFlight) {
      const waitMs = earliestStartMs(0) - clock.nowMs();
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      takeTurn().start();
    }
  }

  /** The first call of the viewer whose turn it is; the viewer goes to the back of the line. */
  function takeTurn(): Waiting {
    for (const [viewerKey, calls] of waiting) {
      waiting.delete(viewerKey);
      const next = calls.shift();
      if (calls.length > 0) waiting.set(viewerKey, calls);
      if (next) {
        waitingCount -= 1;
        return next;
      }
    }
    throw new Error(`The budget counts ${waitingCount} waiting calls and finds none`);
  }

  function leave(viewerKey: string, call: Waiting): void {
    const calls = waiting.get(viewerKey);
    const index = calls?.indexOf(call) ?? -1;
    if (!calls || index < 0) return;
    calls.splice(index, 1);
    if (calls.length === 0) waiting.delete(viewerKey);
    waitingCount -= 1;
  }

  async function turn(viewerKey: string, { signal, expiresAtMs }: Deadline): Promise<void> {
    const startMs = earliestStartMs(waitingCount);
    if (waitingCount >= maxWaiting || startMs >= expiresAtMs) {
      const retryAfterMs = Math.max(1, Math.ceil(startMs - clock.nowMs()));
      throw new DingTalkError('rate-limited', { retryAfterMs, reason: 'the call budget is spent' });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const call: Waiting = {
      start() {
        signal.removeEventListener('abort', give);
        inFlight += 1;
        startedAtMs.push(clock.nowMs());
        if (startedAtMs.length > callsPerSecond) startedAtMs.shift();
        resolve();
      },
    };
    function give(): void {
      leave(viewerKey, call);
      reject(signal.reason as Error);
    }
    signal.throwIfAborted();
    signal.addEventListener('abort', give, { once: true });
    const calls = waiting.get(viewerKey);
    if (calls) calls.push(call);
    else waiting.set(viewerKey, [call]);
    waitingCount += 1;
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
        startNext();
      }
    },
  };
}
