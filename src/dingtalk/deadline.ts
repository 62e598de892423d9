import type { Clock } from '../clock.ts';
import { ClientGoneError, DingTalkError } from './dingtalk-error.ts';

/** The one limit on everything that a lookup does upstream: queueing, tokens, attempts and replays. */
export interface Deadline extends Disposable {
  /** Aborted with a `DingTalkError` once time is up, or with a `ClientGoneError` once nobody waits. */
  readonly signal: AbortSignal;
  readonly expiresAtMs: number;
  remainingMs(): number;
}

/** Starts the countdown; dispose of it when the work is done. `client` is the caller's own signal. */
export const startDeadline = (clock: Clock, timeoutMs: number, client?: AbortSignal): Deadline =>
  countDown(clock, timeoutMs, client, () => new ClientGoneError());

/** A part of `whole`, for one attempt: ends with a `timeout` after `timeoutMs`, or earlier together with `whole`. */
export const startPart = (clock: Clock, whole: Deadline, timeoutMs: number): Deadline =>
  countDown(
    clock,
    Math.min(timeoutMs, whole.remainingMs()),
    whole.signal,
    () => whole.signal.reason as unknown,
  );

function countDown(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal | undefined,
  outerReason: () => unknown,
): Deadline {
  const controller = new AbortController();
  const expiresAtMs = clock.nowMs() + timeoutMs;
  const cancelTimer = clock.after(timeoutMs, () => controller.abort(new DingTalkError('timeout')));
  const leave = (): void => controller.abort(outerReason());
  if (outer?.aborted === true) leave();
  else outer?.addEventListener('abort', leave, { once: true });

  return {
    signal: controller.signal,
    expiresAtMs,
    remainingMs: () => Math.max(0, expiresAtMs - clock.nowMs()),
    [Symbol.dispose]() {
      cancelTimer();
      outer?.removeEventListener('abort', leave);
    },
  };
}

/** `work`, unless `signal` is aborted first: then its reason. The work itself goes on for others. */
export async function whileWaiting<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason as Error);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
