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
export function startDeadline(clock: Clock, timeoutMs: number, client?: AbortSignal): Deadline {
  const controller = new AbortController();
  const expiresAtMs = clock.nowMs() + timeoutMs;
  const cancelTimer = clock.after(timeoutMs, () => controller.abort(new DingTalkError('timeout')));
  const leave = (): void => controller.abort(new ClientGoneError());
  if (client?.aborted === true) leave();
  else client?.addEventListener('abort', leave, { once: true });

  return {
    signal: controller.signal,
    expiresAtMs,
    remainingMs: () => Math.max(0, expiresAtMs - clock.nowMs()),
    [Symbol.dispose]() {
      cancelTimer();
      client?.removeEventListener('abort', leave);
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
