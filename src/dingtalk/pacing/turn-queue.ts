import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { JoinedTurns } from '../../domain/joined-turns.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createFairQueue } from './fair-queue.ts';
import type { RedisWindow, ReleaseSlot, SlotAnswer } from './redis-window.ts';
import { createReservation, type Reservation } from './reservation.ts';
import type { SlidingWindow } from './sliding-window.ts';
import type { ViewerShares } from './viewer-shares.ts';

/** Spreads the replicas that wait for the same slot. */
const replicaSpreadMs = 20;

/** The calls to one API that wait for their turn. */
export interface TurnQueue {
  readonly size: number;
  /**
   * Takes a slot of the window if a call need not wait: a free slot, no queue, and, where there is Redis, a slot `reserved`
   * there. Otherwise false.
   */
  takeAtOnce(viewerKey: string, reserved?: SlotAnswer): boolean;
  /**
   * Waits for a turn, and takes a slot of the window. Resolves with what releases the slot in Redis, if one was taken
   * there. The call has a place under each key that has `joined`, and starts with the first of them whose turn it is.
   *
   * A slot that was `reserved` goes to the call whose turn it is.
   *
   * @throws {NotSentError} at once when the turn cannot come before the deadline or too many wait.
   */
  wait(
    viewerKey: string,
    deadline: Deadline,
    joined?: JoinedTurns,
    reserved?: SlotAnswer,
  ): Promise<ReleaseSlot | undefined>;
  /** Asks Redis for a slot with the claim of a lookup. Undefined where a call would have to wait, and without Redis. */
  reserve(viewerKey: string): Reservation | undefined;
  /** Starts calls as far as slots are free. Called when one may have been released. */
  startNext(): void;
}

export interface TurnOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** 1000 */
  readonly maxWaiting?: number;
  /** No call starts before this moment: the end of an IP ban, or the next free call of the egress address. */
  readonly notBeforeMs?: () => number;
  /** The end of an IP ban. */
  readonly bannedUntilMs?: () => number;
  /** The window over all replicas. */
  readonly redisWindow?: RedisWindow | undefined;
}

export function createTurnQueue(
  options: TurnOptions,
  window: SlidingWindow,
  shares: ViewerShares,
): TurnQueue {
  const { clock, random, maxWaiting = 1000, notBeforeMs = () => -Infinity, redisWindow } = options;
  const { bannedUntilMs = notBeforeMs } = options;
  const queue = createFairQueue<(release?: ReleaseSlot) => void>(shares.left);
  /** Until then the replicas together have no slot left. */
  let redisFullUntilMs = -Infinity;
  /** Slots that are asked for in Redis for calls that wait, and those reserved there for calls to come. */
  let asked = 0;
  let reserved = 0;
  let cancelTimer: (() => void) | undefined;

  const heldUntilMs = (): number =>
    redisWindow ? Math.max(notBeforeMs(), redisWindow.notBeforeMs) : notBeforeMs();

  const shortestWaitMs = (ahead: number): number =>
    window.shortestWaitMs(ahead, Math.max(redisFullUntilMs, heldUntilMs()));

  function startNext(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (queue.size > 0 && !window.isFull) {
      const waitMs = shortestWaitMs(0);
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startNext);
        return;
      }
      if (redisWindow) return askRedis(redisWindow);
      const start = queue.take();
      if (!start) return;
      start();
    }
  }

  /** For as many slots as there are calls that may start: what is asked in one turn is one round trip. */
  function askRedis(redisWindow: RedisWindow): void {
    for (let missing = queue.startable(window.left - reserved) - asked; missing > 0; missing -= 1) {
      void startNextByRedis(redisWindow);
    }
  }

  async function startNextByRedis(redisWindow: RedisWindow): Promise<void> {
    asked += 1;
    const answer = await redisWindow.take();
    asked -= 1;
    if (answer.kind === 'wait') noteFull(answer.waitMs);
    else startBySlot(answer.release);
    startNext();
  }

  function take(): void {
    window.take();
    redisWindow?.noteStart();
  }

  function noteFull(waitMs: number): void {
    redisFullUntilMs = clock.nowMs() + waitMs + random() * replicaSpreadMs;
  }

  /** The slot goes to the call whose turn it is now. */
  function startBySlot(release: ReleaseSlot): void {
    const start = mayStartNow() ? queue.take() : undefined;
    if (start) start(release);
    else release(false);
  }

  /** Since Redis was asked a ban may have begun; without Redis this process has only its share, which may be used up. */
  const mayStartNow = (): boolean => window.left > 0 && heldUntilMs() <= clock.nowMs();

  /** What keeps a call from its turn: a ban of this IP, or the rate. */
  function notInTime(waitMs: number): NotSentError {
    const bannedMs = Math.ceil(bannedUntilMs() - clock.nowMs());
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
    takeAtOnce(viewerKey, reserved) {
      const hasSlot = !redisWindow || reserved?.kind === 'taken';
      if (!hasSlot || queue.size > 0 || shares.left(viewerKey) <= 0 || !mayStartNow()) return false;
      take();
      return true;
    },
    async wait(viewerKey, { signal, expiresAtMs }, joined, reserved) {
      if (reserved?.kind === 'wait') noteFull(reserved.waitMs);
      const release = reserved?.kind === 'taken' ? reserved.release : undefined;
      const waitMs = shortestWaitMs(queue.ahead(viewerKey));
      const hasHalf = queue.sizeOf(viewerKey) >= maxWaiting / 2 && !shares.isAlone(viewerKey);
      const isFull = queue.size >= maxWaiting || hasHalf;
      if (isFull || clock.nowMs() + waitMs >= expiresAtMs) {
        if (release) startBySlot(release);
        throw notInTime(waitMs);
      }
      const { promise, resolve, reject } = Promise.withResolvers<ReleaseSlot | undefined>();
      const keys = new Set([viewerKey]);
      const leaveQueue = (): void => {
        joined?.forget();
        for (const key of keys) queue.remove(key, start);
      };
      const start = (release?: ReleaseSlot): void => {
        leaveQueue();
        signal.removeEventListener('abort', leave);
        take();
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
      if (release) startBySlot(release);
      startNext();
      return promise;
    },
    reserve(viewerKey) {
      if (!redisWindow || redisWindow.isAway || queue.size > 0 || shares.left(viewerKey) <= 0)
        return undefined;
      if (window.left <= asked + reserved || shortestWaitMs(0) > 0) return undefined;
      reserved += 1;
      return createReservation(redisWindow.takeWithClaim(), (isUsed) => {
        reserved -= 1;
        if (!isUsed) startNext();
      });
    },
    startNext,
  };
}
