import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { JoinedTurns } from '../../domain/joined-turns.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createFairQueue } from './fair-queue.ts';
import type { RedisWindow, ReleaseSlot } from './redis-window.ts';
import type { SlidingWindow } from './sliding-window.ts';
import type { ViewerShares } from './viewer-shares.ts';

/** Spreads the replicas that wait for the same slot. */
const replicaSpreadMs = 20;

/** The calls to one API that wait for their turn. */
export interface TurnQueue {
  readonly size: number;
  /** Takes a slot of the window if a call need not wait: a free slot, no queue and no Redis. Otherwise false. */
  takeAtOnce(viewerKey: string): boolean;
  /**
   * Waits for a turn, and takes a slot of the window. Resolves with what releases the slot in Redis, if one was taken
   * there. The call has a place under each key that has `joined`, and starts with the first of them whose turn it is.
   *
   * @throws {NotSentError} at once when the turn cannot come before the deadline or too many wait.
   */
  wait(viewerKey: string, deadline: Deadline, joined?: JoinedTurns): Promise<ReleaseSlot | undefined>;
  /** Starts calls as far as slots are free. Called when one may have been released. */
  startNext(): void;
}

export interface TurnOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** 1000 */
  readonly maxWaiting?: number;
  /** No call starts before this moment, the end of an IP ban. */
  readonly notBeforeMs?: () => number;
  /** The window over all replicas. */
  readonly redisWindow?: RedisWindow | undefined;
}

export function createTurnQueue(
  options: TurnOptions,
  window: SlidingWindow,
  shares: ViewerShares,
): TurnQueue {
  const { clock, random, maxWaiting = 1000, notBeforeMs = () => -Infinity, redisWindow } = options;
  const queue = createFairQueue<(release?: ReleaseSlot) => void>(shares.mayStart);
  /** Until then the replicas together have no slot left. */
  let redisFullUntilMs = -Infinity;
  let isAskingRedis = false;
  let cancelTimer: (() => void) | undefined;

  const shortestWaitMs = (ahead: number): number =>
    window.shortestWaitMs(ahead, Math.max(redisFullUntilMs, notBeforeMs()));

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && !window.isFull && !isAskingRedis) {
      const waitMs = shortestWaitMs(0);
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      const start = redisWindow ? undefined : queue.take();
      if (start) start();
      else if (redisWindow && queue.hasNext) void startNextByRedis(redisWindow);
      else return;
    }
  }

  /** One at a time: the slot goes to the call whose turn it is when Redis answers. */
  async function startNextByRedis(shared: RedisWindow): Promise<void> {
    isAskingRedis = true;
    const answer = await shared.take();
    isAskingRedis = false;
    if (answer.kind === 'wait') {
      redisFullUntilMs = clock.nowMs() + answer.waitMs + random() * replicaSpreadMs;
    } else {
      // Meanwhile a ban may have begun; without Redis this process has only its share, which may be used up.
      const hasSlot = answer.kind === 'taken' ? notBeforeMs() <= clock.nowMs() : shortestWaitMs(0) <= 0;
      const start = hasSlot ? queue.take() : undefined;
      if (start) start(answer.release);
      else answer.release(false);
    }
    startNext();
  }

  /** What keeps a call from its turn: a ban of this IP, or the rate. */
  function notInTime(waitMs: number): NotSentError {
    const bannedMs = Math.ceil(notBeforeMs() - clock.nowMs());
    if (bannedMs > 0) {
      return new NotSentError('ip-banned', { retryAfterMs: bannedMs, reason: 'DingTalk has banned this IP' });
    }
    // Not rounded up: fractions of the clock would turn a second into 1001 ms.
    const retryAfterMs = Math.max(1, Math.round(waitMs));
    return new NotSentError('rate-limited', {
      retryAfterMs,
      reason: 'the rate limit leaves no turn in time',
    });
  }

  return {
    get size() {
      return queue.size;
    },
    takeAtOnce(viewerKey) {
      const mayStart = !redisWindow && queue.size === 0 && !window.isFull && shares.mayStart(viewerKey);
      if (!mayStart || shortestWaitMs(0) > 0) return false;
      window.take();
      return true;
    },
    async wait(viewerKey, { signal, expiresAtMs }, joined) {
      const waitMs = shortestWaitMs(queue.ahead(viewerKey));
      const hasHalf = queue.sizeOf(viewerKey) >= maxWaiting / 2 && !shares.isAlone(viewerKey);
      const isFull = queue.size >= maxWaiting || hasHalf;
      if (isFull || clock.nowMs() + waitMs >= expiresAtMs) throw notInTime(waitMs);
      const { promise, resolve, reject } = Promise.withResolvers<ReleaseSlot | undefined>();
      const keys = new Set([viewerKey]);
      const leaveQueue = (): void => {
        joined?.forget();
        for (const key of keys) queue.remove(key, start);
      };
      const start = (release?: ReleaseSlot): void => {
        leaveQueue();
        signal.removeEventListener('abort', leave);
        window.take();
        resolve(release);
      };
      const leave = (): void => {
        leaveQueue();
        const { reason } = signal;
        if (!(reason instanceof DingTalkError) || reason.kind !== 'timeout') reject(reason);
        // Behind calls that hang, DingTalk took too long; otherwise the rate limit was the reason.
        else if (window.isHeldInFlight) reject(new NotSentError('timeout'));
        else reject(notInTime(shortestWaitMs(0)));
      };
      signal.addEventListener('abort', leave);
      queue.add(viewerKey, start);
      joined?.follow((key) => {
        if (keys.has(key)) return;
        keys.add(key);
        queue.add(key, start);
        startNext();
      });
      startNext();
      return promise;
    },
    startNext,
  };
}
