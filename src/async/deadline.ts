import type { Clock } from './clock.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { AbortableSignal, type Signal } from './abort.ts';

/**
 * The one limit on everything that a lookup does upstream: queueing, tokens, attempts and replays. Dispose of it when the
 * work is done.
 */
export class Deadline implements Disposable {
  readonly expiresAtMs: number;
  readonly #signal = new AbortableSignal();
  readonly #clock: Clock;
  readonly #outer: Signal | undefined;
  readonly #cancelTimer: () => void;
  readonly #leave = (): void => this.#signal.abort(this.#outer?.reason);

  /** `outer` is the signal of the caller. */
  constructor(clock: Clock, timeoutMs: number, outer?: Signal) {
    this.#clock = clock;
    this.#outer = outer;
    this.expiresAtMs = clock.nowMs() + timeoutMs;
    this.#cancelTimer = clock.after(timeoutMs, () => this.#signal.abort(new DingTalkError('timeout')));
    if (outer?.aborted === true) this.#leave();
    else outer?.addEventListener('abort', this.#leave);
  }

  /** Aborted with a `DingTalkError` of kind `timeout` when time is up, or with the reason of `outer` if that is earlier. */
  get signal(): Signal {
    return this.#signal;
  }

  remainingMs(): number {
    return Math.max(0, this.expiresAtMs - this.#clock.nowMs());
  }

  /** Aborts the signal early, because the result is no longer needed. */
  giveUp(reason: unknown): void {
    this.#signal.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#cancelTimer();
    this.#outer?.removeEventListener('abort', this.#leave);
  }
}

/** The deadline of one waiter, as shared work sees it. */
export type Waiting = Pick<Deadline, 'signal' | 'remainingMs'>;

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
