import type { Clock } from './clock.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { AbortableSignal, type Signal } from './abort.ts';

/** The one limit on everything that a lookup does upstream: queueing, tokens, attempts and replays. */
export interface Deadline extends Disposable {
  /** Aborted with a `DingTalkError` of kind `timeout` when time is up, or with the reason of `outer` if that is earlier. */
  readonly signal: Signal;
  readonly expiresAtMs: number;
  remainingMs(): number;
  /** Aborts the signal early, because the result is no longer needed. */
  giveUp(reason: unknown): void;
}

/** The deadline of one waiter, as shared work sees it. */
export type Waiting = Pick<Deadline, 'signal' | 'remainingMs'>;

/** Starts a deadline; dispose of it when the work is done. `outer` is the signal of the caller. */
export function startDeadline(clock: Clock, timeoutMs: number, outer?: Signal): Deadline {
  const signal = new AbortableSignal();
  const expiresAtMs = clock.nowMs() + timeoutMs;
  const cancelTimer = clock.after(timeoutMs, () => signal.abort(new DingTalkError('timeout')));
  const leave = (): void => signal.abort(outer?.reason);
  if (outer?.aborted === true) leave();
  else outer?.addEventListener('abort', leave);

  return {
    signal,
    expiresAtMs,
    remainingMs: () => Math.max(0, expiresAtMs - clock.nowMs()),
    giveUp: (reason) => signal.abort(reason),
    [Symbol.dispose]() {
      cancelTimer();
      outer?.removeEventListener('abort', leave);
    },
  };
}

/**
 * Settles as `work` does. If `signal` is aborted first, it rejects with the signal's reason and calls `onLeft`; the work
 * goes on for other waiters.
 */
export function whileWaiting<T>(work: Promise<T>, signal: Signal, onLeft?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason);
      onLeft?.();
    };
    const stopListening = (): void => signal.removeEventListener('abort', leave);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
    work.then(resolve, reject);
    work.then(stopListening, stopListening);
  });
}

/** Resolves after `delayMs`. Rejects with the reason of `signal` if that is aborted first. */
export async function pause(clock: Clock, delayMs: number, signal: Signal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancelTimer = clock.after(delayMs, resolve);
  try {
    await whileWaiting(promise, signal);
  } finally {
    cancelTimer();
  }
}
