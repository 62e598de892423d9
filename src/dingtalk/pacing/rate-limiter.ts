import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createFairQueue } from './fair-queue.ts';
import { createPace } from './adaptive-rate.ts';
import { createPlaces } from './sliding-window.ts';
import type { GiveBack, SharedPlaces } from './redis-window.ts';

export const mostInFlight = 20;
const mostWaiting = 1000;
/** Keeps replicas apart that were told of the same free place. */
const sharedSpreadMs = 20;

export interface BudgetStatus {
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly inFlight: number;
  /** Calls that could start right now, as far as this process knows. */
  readonly placesLeft: number;
}

/** Calls to one API, paced so that DingTalk sees at most so many in any one second. */
export interface Budget {
  readonly status: BudgetStatus;
  /**
   * Runs `call` as soon as its turn comes. Viewers take turns, so that one with many calls does not
   * starve another with one.
   *
   * @throws {NotSentError} `rate-limited` at once when the turn cannot come before the deadline or too many wait.
   */
  spend<T>(viewerKey: string, deadline: Deadline, call: () => Promise<T>): Promise<T>;
}

export interface BudgetOptions {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly random: () => number;
  /** 20 */
  readonly maxInFlight?: number;
  /** 1000 */
  readonly maxWaiting?: number;
  /** No call starts before that moment, whatever the pace. */
  readonly notBeforeMs?: () => number;
  /** Told how long a call waited for its turn, whether it got it or not. */
  readonly onTurn?: (waitMs: number) => void;
  /** Whether an answer that says "too fast" slows down the calls to come. */
  readonly slowsDown?: boolean;
  /** What other processes use of the same budget. */
  readonly shared?: SharedPlaces | undefined;
}

/** A call whose turn has not come. */
interface Turn {
  readonly start: (giveBack: GiveBack) => void;
}

export function createBudget(options: BudgetOptions): Budget {
  const { clock, random, notBeforeMs = () => -Infinity, onTurn, slowsDown, shared } = options;
  const { maxInFlight = mostInFlight, maxWaiting = mostWaiting } = options;
  const pace = createPace(clock, options.callsPerSecond);
  const callsPerSecond = (): number => Math.min(pace.callsPerSecond, shared?.callsPerSecond ?? Infinity);
  const places = createPlaces(clock, callsPerSecond);
  const queue = createFairQueue<Turn>();
  /** Until then the processes together have no place left. */
  let sharedAtMs = -Infinity;
  let isAskingShared = false;
  let cancelTimer: (() => void) | undefined;

  const shortestWaitMs = (ahead: number): number =>
    places.shortestWaitMs(ahead, Math.max(sharedAtMs, notBeforeMs()));

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && places.inFlight < maxInFlight && !isAskingShared) {
      const waitMs = shortestWaitMs(0);
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      if (shared) void startNextShared(shared);
      else queue.take()?.start(() => undefined);
    }
  }

  /** One at a time, so that whose turn it is when the place is there gets it. */
  async function startNextShared(theirs: SharedPlaces): Promise<void> {
    isAskingShared = true;
    const answer = await theirs.take();
    isAskingShared = false;
    if (answer.kind === 'wait') sharedAtMs = clock.nowMs() + answer.waitMs + random() * sharedSpreadMs;
    // Without the others' word this process has only its share, which may be used up: looked at anew.
    const mayStart = answer.kind === 'taken' || (answer.kind === 'unknown' && shortestWaitMs(0) <= 0);
    if (mayStart) {
      const next = queue.take();
      if (next) next.start(answer.giveBack);
      else answer.giveBack(false);
    }
    startNext();
  }

  /** Where nobody waits and a place is free, that of a process by itself: most calls of a quiet gateway. */
  function startsAtOnce(): boolean {
    return !shared && queue.size === 0 && places.inFlight < maxInFlight && shortestWaitMs(0) <= 0;
  }

  async function turn(viewerKey: string, { signal, expiresAtMs }: Deadline): Promise<GiveBack> {
    const waitMs = shortestWaitMs(queue.ahead(viewerKey));
    if (queue.size >= maxWaiting || clock.nowMs() + waitMs >= expiresAtMs) throw spent(waitMs);
    const { promise, resolve, reject } = Promise.withResolvers<GiveBack>();
    const leave = (): void => {
      queue.remove(viewerKey, call);
      // Behind calls that hang it is DingTalk that took too long; otherwise it was the pace.
      const isPaced = places.inFlight < Math.min(maxInFlight, callsPerSecond());
      const isLate = signal.reason instanceof DingTalkError && signal.reason.kind === 'timeout';
      reject(isLate && isPaced ? spent(shortestWaitMs(0)) : (signal.reason as Error));
    };
    const call: Turn = {
      start(giveBack) {
        signal.removeEventListener('abort', leave);
        places.take();
        resolve(giveBack);
      },
    };
    signal.addEventListener('abort', leave);
    queue.add(viewerKey, call);
    startNext();
    return promise;
  }

  async function timedTurn(viewerKey: string, deadline: Deadline): Promise<GiveBack> {
    const askedAtMs = clock.nowMs();
    try {
      return await turn(viewerKey, deadline);
    } finally {
      onTurn?.(clock.nowMs() - askedAtMs);
    }
  }

  function startNow(): GiveBack {
    places.take();
    onTurn?.(0);
    return () => undefined;
  }

  return {
    get status() {
      const { inFlight, left } = places;
      const placesLeft = Math.max(0, Math.min(maxInFlight - inFlight, left));
      return { queued: queue.size, inFlight, placesLeft };
    },
    async spend(viewerKey, deadline, call) {
      deadline.signal.throwIfAborted();
      const giveBack = startsAtOnce() ? startNow() : await timedTurn(viewerKey, deadline);
      let sent = true;
      try {
        return await call();
      } catch (error) {
        sent = !(error instanceof NotSentError);
        if (slowsDown === true && sent && isTooFast(error)) pace.slowDown();
        throw error;
      } finally {
        places.giveBack(sent);
        giveBack(sent);
        startNext();
      }
    },
  };
}

const isTooFast = (error: unknown): boolean =>
  error instanceof DingTalkError && error.kind === 'rate-limited';

function spent(waitMs: number): NotSentError {
  // Rounded, not up: the clock's fractions add a millionth of a millisecond to a second.
  const retryAfterMs = Math.max(1, Math.round(waitMs));
  return new NotSentError('rate-limited', { retryAfterMs, reason: 'the call budget is spent' });
}
