import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createFairQueue } from './fair-queue.ts';
import { createPace } from './adaptive-rate.ts';
import { createRecentViewers } from './recent-viewers.ts';
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

/** Of the calls in flight, what one viewer may have while others ask. */
const shareOfViewer = 0.75;

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

  const viewers = createRecentViewers(clock);
  /** While others ask as well, no viewer takes all places with calls that hang. */
  const mayStart = (viewerKey: string): boolean =>
    viewers.inFlightOf(viewerKey) < maxInFlight * (viewers.isAlone(viewerKey) ? 1 : shareOfViewer);

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
      if (shared) {
        if (!queue.hasNext(mayStart)) return;
        void startNextShared(shared);
      } else {
        const next = queue.take(mayStart);
        if (!next) return;
        next.start(() => undefined);
      }
    }
  }

  /** One at a time, so that whose turn it is when the place is there gets it. */
  async function startNextShared(theirs: SharedPlaces): Promise<void> {
    isAskingShared = true;
    const answer = await theirs.take();
    isAskingShared = false;
    if (answer.kind === 'wait') sharedAtMs = clock.nowMs() + answer.waitMs + random() * sharedSpreadMs;
    // Without the others' word this process has only its share, which may be used up: looked at anew.
    const hasPlace = answer.kind === 'taken' || (answer.kind === 'unknown' && shortestWaitMs(0) <= 0);
    if (hasPlace) {
      const next = queue.take(mayStart);
      if (next) next.start(answer.giveBack);
      else answer.giveBack(false);
    }
    startNext();
  }

  /** Where nobody waits and a place is free, that of a process by itself: most calls of a quiet gateway. */
  function startsAtOnce(viewerKey: string): boolean {
    const isFree = !shared && queue.size === 0 && places.inFlight < maxInFlight && mayStart(viewerKey);
    return isFree && shortestWaitMs(0) <= 0;
  }

  async function turn(viewerKey: string, { signal, expiresAtMs }: Deadline): Promise<GiveBack> {
    const waitMs = shortestWaitMs(queue.ahead(viewerKey));
    const waiting = queue.waitingOf(viewerKey);
    const isFull = queue.size >= maxWaiting || (waiting >= maxWaiting / 2 && !viewers.isAlone(viewerKey));
    if (isFull || clock.nowMs() + waitMs >= expiresAtMs) throw tooLate(waitMs);
    const { promise, resolve, reject } = Promise.withResolvers<GiveBack>();
    const leave = (): void => {
      queue.remove(viewerKey, call);
      // Behind calls that hang it is DingTalk that took too long; otherwise it was the pace.
      const isPaced = places.inFlight < Math.min(maxInFlight, callsPerSecond());
      const isLate = signal.reason instanceof DingTalkError && signal.reason.kind === 'timeout';
      if (!isLate) reject(signal.reason);
      else reject(isPaced ? tooLate(shortestWaitMs(0)) : new NotSentError('timeout'));
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

  /** What keeps a call from its turn: a ban of this IP, or the pace. */
  const tooLate = (waitMs: number): NotSentError =>
    notBeforeMs() - clock.nowMs() > 0 ? banned(notBeforeMs() - clock.nowMs()) : spent(waitMs);

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
      viewers.note(viewerKey);
      const giveBack = startsAtOnce(viewerKey) ? startNow() : await timedTurn(viewerKey, deadline);
      viewers.start(viewerKey);
      let sent = true;
      try {
        return await call();
      } catch (error) {
        sent = !(error instanceof NotSentError);
        if (slowsDown === true && sent && isTooFast(error)) pace.slowDown();
        throw error;
      } finally {
        viewers.end(viewerKey);
        places.giveBack(sent);
        giveBack(sent);
        startNext();
      }
    },
  };
}

/** DingTalk's code, not any 429: a page that an id can cause must not slow everybody down. */
const isTooFast = (error: unknown): boolean =>
  error instanceof DingTalkError && error.kind === 'rate-limited' && error.details.code !== undefined;

const banned = (leftMs: number): NotSentError =>
  new NotSentError('ip-banned', { retryAfterMs: Math.ceil(leftMs), reason: 'DingTalk has banned this IP' });

function spent(waitMs: number): NotSentError {
  // Rounded, not up: the clock's fractions add a millionth of a millisecond to a second.
  const retryAfterMs = Math.max(1, Math.round(waitMs));
  return new NotSentError('rate-limited', { retryAfterMs, reason: 'the call budget is spent' });
}
