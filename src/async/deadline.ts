import type { Clock } from './clock.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { AbortableSignal, type Signal } from './abort.ts';

/** The one limit on everything that a lookup does upstream: queueing, tokens, attempts and replays. */
export interface Deadline extends Disposable {
  /** Aborted with a `DingTalkError` once time is up, or earlier with what `outer` was aborted with. */
  readonly signal: Signal;
  readonly expiresAtMs: number;
  remainingMs(): number;
  /** Ends it before its time: what it was for is no longer wanted. */
  giveUp(reason: unknown): void;
}

/** What somebody who waits for work brings along. */
export type Waiting = Pick<Deadline, 'signal' | 'remainingMs'>;

/** Starts the countdown; dispose of it when the work is done. `outer` belongs to whoever waits for the work. */
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
 * `work`, unless `signal` is aborted first: then its reason, and `onLeft` is told. The work itself goes on for others.
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

/** Resolves after `delayMs`. Throws what `signal` is aborted with, if that is earlier. */
export async function pause(clock: Clock, delayMs: number, signal: Signal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancelTimer = clock.after(delayMs, resolve);
  try {
    await whileWaiting(promise, signal);
  } finally {
    cancelTimer();
  }
}
