import type { Deadline } from '../../async/deadline.ts';
import type { RateLimiterStatus } from '../../domain/dingtalk-status.ts';
import type { CallWatch } from '../call.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { createAdaptiveRate } from './adaptive-rate.ts';
import type { ReleaseSlot, SlotAnswer } from './redis-window.ts';
import type { Reservation } from './reservation.ts';
import { createSlidingWindow } from './sliding-window.ts';
import { createTurnQueue, type TurnOptions } from './turn-queue.ts';
import { createViewerShares } from './viewer-shares.ts';

/** As many as one egress address may make in a second (10,000 in 20 s): a bound on sockets where the rate is higher. */
const mostInFlight = 500;

/** Limits the calls to one API, so that DingTalk never sees more than the rate in any one second. */
export interface RateLimiter {
  readonly status: RateLimiterStatus;
  /**
   * Runs `call` when its turn comes. Queue keys take turns: a viewer with many calls does not starve one with a single
   * call. `watch.joined` are further keys whose turn the call may take. `watch.reserved` is used if the call can start now.
   *
   * @throws {NotSentError} `rate-limited` or `ip-banned`, at once, when the turn cannot come before the deadline or too
   *   many wait; `timeout` behind calls that hang until the deadline.
   */
  run<T>(queueKey: string, deadline: Deadline, call: () => Promise<T>, watch?: Watch): Promise<T>;
  /**
   * Asks for a slot in the trip in which the claim of a lookup was just added: it is taken if that claim succeeds. The
   * caller gives it to {@link run}, and gives it back in any case. Undefined where a call would not start at once anyway.
   */
  reserve(queueKey: string): Reservation | undefined;
}

type Watch = Pick<CallWatch, 'onTurn' | 'joined' | 'reserved'>;

export interface RateLimiterOptions extends TurnOptions {
  /** As many calls are in flight at most, and 500. */
  readonly callsPerSecond: number;
  /** Called with how long a call waited for its turn, also if it gave up. */
  readonly onTurn?: (waitMs: number) => void;
  /** Whether a "too fast" from DingTalk lowers the rate for a while. */
  readonly slowsDown?: boolean;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, redisWindow, onTurn, slowsDown } = options;
  const maxInFlight = Math.min(options.callsPerSecond, mostInFlight);
  const rate = createAdaptiveRate(clock, options.callsPerSecond);
  const callsPerSecond = (): number => Math.min(rate.callsPerSecond, redisWindow?.callsPerSecond ?? Infinity);
  const window = createSlidingWindow(clock, callsPerSecond, maxInFlight);
  const shares = createViewerShares(clock, maxInFlight);
  const turns = createTurnQueue(options, window, shares);

  async function waitForTurn(
    queueKey: string,
    deadline: Deadline,
    watch: Watch | undefined,
    reserved: SlotAnswer | undefined,
  ): Promise<ReleaseSlot | undefined> {
    const askedAtMs = clock.nowMs();
    try {
      return await turns.wait(queueKey, deadline, watch?.joined, reserved);
    } finally {
      const waitMs = clock.nowMs() - askedAtMs;
      onTurn?.(waitMs);
      watch?.onTurn?.(waitMs);
    }
  }

  return {
    get status() {
      return {
        queued: turns.size,
        inFlight: window.inFlight,
        placesLeft: window.left,
        callsPerSecond: callsPerSecond(),
      };
    },
    reserve: (queueKey) => turns.reserve(queueKey),
    async run(queueKey, deadline, call, watch) {
      // The claim's answer comes in the same trip, and may be read first.
      if (watch?.reserved) await watch.reserved.answered;
      deadline.signal.throwIfAborted();
      shares.note(queueKey);
      const reserved = watch?.reserved?.use();
      let release = reserved?.kind === 'taken' ? reserved.release : undefined;
      if (turns.takeAtOnce(queueKey, reserved)) onTurn?.(0);
      else release = await waitForTurn(queueKey, deadline, watch, reserved);
      shares.start(queueKey);
      let sent = true;
      try {
        return await call();
      } catch (error) {
        sent = !(error instanceof NotSentError);
        if (slowsDown === true && sent && isTooFast(error)) rate.slowDown();
        throw error;
      } finally {
        shares.end(queueKey);
        window.release(sent);
        release?.(sent);
        turns.startNext();
      }
    },
  };
}

/** DingTalk's code, not any 429: a page that one id can cause must not slow down all calls. */
const isTooFast = (error: unknown): boolean =>
  error instanceof DingTalkError && error.kind === 'rate-limited' && error.details.code !== undefined;
