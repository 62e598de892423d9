import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { RateLimiterStatus } from '../../domain/dingtalk-status.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createFairQueue } from './fair-queue.ts';
import { createAdaptiveRate } from './adaptive-rate.ts';
import { createRecentViewers } from './recent-viewers.ts';
import { createSlidingWindow } from './sliding-window.ts';
import type { ReleaseSlot, RedisWindow } from './redis-window.ts';

export const mostInFlight = 20;
const mostWaiting = 1000;
/** Spreads the replicas that wait for the same place. */
const replicaSpreadMs = 20;

/** Limits the calls to one API, so that DingTalk sees at most so many in any one second. */
export interface RateLimiter {
  readonly status: RateLimiterStatus;
  /**
   * Runs `call` when its turn comes. Queue keys take turns: a viewer with many calls does not starve one with a single
   * call.
   *
   * @throws {NotSentError} `rate-limited` at once when the turn cannot come before the deadline or too many wait.
   */
  run<T>(queueKey: string, deadline: Deadline, call: () => Promise<T>): Promise<T>;
}

export interface RateLimiterOptions {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly random: () => number;
  /** 20 */
  readonly maxInFlight?: number;
  /** 1000 */
  readonly maxWaiting?: number;
  /** No call starts before this moment. */
  readonly notBeforeMs?: () => number;
  /** Called with how long a call waited for its turn, also if it gave up. */
  readonly onTurn?: (waitMs: number) => void;
  /** Whether a "too fast" from DingTalk lowers the rate for a while. */
  readonly slowsDown?: boolean;
  /** The window that the replicas share. */
  readonly redisWindow?: RedisWindow | undefined;
}

/** Of the calls in flight, what one viewer may have while others ask. */
const shareOfViewer = 0.75;

/** A call whose turn has not come. */
interface Turn {
  readonly start: (giveBack: ReleaseSlot) => void;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, random, notBeforeMs = () => -Infinity, onTurn, slowsDown, redisWindow } = options;
  const { maxInFlight = mostInFlight, maxWaiting = mostWaiting } = options;
  const rate = createAdaptiveRate(clock, options.callsPerSecond);
  const callsPerSecond = (): number => Math.min(rate.callsPerSecond, redisWindow?.callsPerSecond ?? Infinity);
  const window = createSlidingWindow(clock, callsPerSecond);
  const queue = createFairQueue<Turn>();
  /** Until then the replicas together have no place left. */
  let redisFullUntilMs = -Infinity;
  let isAskingRedis = false;
  let cancelTimer: (() => void) | undefined;

  const viewers = createRecentViewers(clock);
  /** While others ask as well, no viewer takes all places with calls that hang. */
  const mayStart = (viewerKey: string): boolean =>
    viewers.inFlightOf(viewerKey) < maxInFlight * (viewers.isAlone(viewerKey) ? 1 : shareOfViewer);

  const shortestWaitMs = (ahead: number): number =>
    window.shortestWaitMs(ahead, Math.max(redisFullUntilMs, notBeforeMs()));

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && window.inFlight < maxInFlight && !isAskingRedis) {
      const waitMs = shortestWaitMs(0);
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      if (redisWindow) {
        if (!queue.hasNext(mayStart)) return;
        void startNextByRedis(redisWindow);
      } else {
        const next = queue.take(mayStart);
        if (!next) return;
        next.start(() => undefined);
      }
    }
  }

  /** One at a time: the place goes to the call whose turn it is when Redis answers. */
  async function startNextByRedis(theirs: RedisWindow): Promise<void> {
    isAskingRedis = true;
    const answer = await theirs.take();
    isAskingRedis = false;
    if (answer.kind === 'wait') redisFullUntilMs = clock.nowMs() + answer.waitMs + random() * replicaSpreadMs;
    if (answer.kind !== 'wait') {
      // Meanwhile a ban may have begun; without Redis this process has only its share, which may be used up.
      const hasPlace = answer.kind === 'taken' ? notBeforeMs() <= clock.nowMs() : shortestWaitMs(0) <= 0;
      const next = hasPlace ? queue.take(mayStart) : undefined;
      if (next) next.start(answer.release);
      else answer.release(false);
    }
    startNext();
  }

  /** The fast path: no queue, a free place, and no replicas to ask. */
  function startsAtOnce(queueKey: string): boolean {
    const isFree = !redisWindow && queue.size === 0 && window.inFlight < maxInFlight && mayStart(queueKey);
    return isFree && shortestWaitMs(0) <= 0;
  }

  async function turn(queueKey: string, { signal, expiresAtMs }: Deadline): Promise<ReleaseSlot> {
    const waitMs = shortestWaitMs(queue.ahead(queueKey));
    const waiting = queue.waitingOf(queueKey);
    const isFull = queue.size >= maxWaiting || (waiting >= maxWaiting / 2 && !viewers.isAlone(queueKey));
    if (isFull || clock.nowMs() + waitMs >= expiresAtMs) throw tooLate(waitMs);
    const { promise, resolve, reject } = Promise.withResolvers<ReleaseSlot>();
    const leave = (): void => {
      queue.remove(queueKey, call);
      // Behind calls that hang, DingTalk took too long; otherwise the rate limit was the reason.
      const isLimited = window.inFlight < Math.min(maxInFlight, callsPerSecond());
      const isLate = signal.reason instanceof DingTalkError && signal.reason.kind === 'timeout';
      if (!isLate) reject(signal.reason);
      else reject(isLimited ? tooLate(shortestWaitMs(0)) : new NotSentError('timeout'));
    };
    const call: Turn = {
      start(giveBack) {
        signal.removeEventListener('abort', leave);
        window.take();
        resolve(giveBack);
      },
    };
    signal.addEventListener('abort', leave);
    queue.add(queueKey, call);
    startNext();
    return promise;
  }

  /** What keeps a call from its turn: a ban of this IP, or the rate. */
  const tooLate = (waitMs: number): NotSentError =>
    notBeforeMs() - clock.nowMs() > 0 ? banned(notBeforeMs() - clock.nowMs()) : tooMany(waitMs);

  async function timedTurn(queueKey: string, deadline: Deadline): Promise<ReleaseSlot> {
    const askedAtMs = clock.nowMs();
    try {
      return await turn(queueKey, deadline);
    } finally {
      onTurn?.(clock.nowMs() - askedAtMs);
    }
  }

  function startNow(): ReleaseSlot {
    window.take();
    onTurn?.(0);
    return () => undefined;
  }

  return {
    get status() {
      const { inFlight, left } = window;
      const placesLeft = Math.max(0, Math.min(maxInFlight - inFlight, left));
      return { queued: queue.size, inFlight, placesLeft };
    },
    async run(queueKey, deadline, call) {
      deadline.signal.throwIfAborted();
      viewers.note(queueKey);
      const giveBack = startsAtOnce(queueKey) ? startNow() : await timedTurn(queueKey, deadline);
      viewers.start(queueKey);
      let sent = true;
      try {
        return await call();
      } catch (error) {
        sent = !(error instanceof NotSentError);
        if (slowsDown === true && sent && isTooFast(error)) rate.slowDown();
        throw error;
      } finally {
        viewers.end(queueKey);
        window.giveBack(sent);
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

function tooMany(waitMs: number): NotSentError {
  // Not rounded up: fractions of the clock would turn a second into 1001 ms.
  const retryAfterMs = Math.max(1, Math.round(waitMs));
  return new NotSentError('rate-limited', { retryAfterMs, reason: 'the rate limit leaves no turn in time' });
}
