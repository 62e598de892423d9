import type { Clock } from './clock.ts';
import { Deadline, whileWaiting } from './deadline.ts';
import type { Signal } from './abort.ts';

/** Grace period in which the work may report its own error after the deadline. */
export const graceMs = 50;

/**
 * One piece of work with several waiters.
 *
 * A class and not a factory, because there is one for every lookup: V8 gives each object literal with a getter a hidden
 * class of its own, which keeps the getter's closure alive until the next full garbage collection.
 */
export class JointWork<T> {
  readonly #result = Promise.withResolvers<T>();
  readonly #clock: Clock;
  readonly #deadline: Deadline;
  #cancelGrace: (() => void) | undefined;
  #waiting = 0;
  #ended = false;
  #abandoned = false;

  /**
   * Starts `work` with a deadline of `timeoutMs` from now. Its signal is aborted earlier when the last waiter leaves, with
   * that waiter's reason. `onEnded` runs before the waiters go on.
   */
  constructor(
    clock: Clock,
    timeoutMs: number,
    work: (deadline: Deadline) => Promise<T>,
    onEnded?: () => void,
  ) {
    this.#clock = clock;
    this.#deadline = new Deadline(clock, timeoutMs);
    this.#deadline.signal.addEventListener('abort', () => this.#awaitGrace());
    void this.#run(work, onEnded);
  }

  /** True once the last waiter has left or the grace period is over while the work still runs: do not join it. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Waits for the result. Rejects with the work's error, or with the reason of `signal` if that is aborted first. */
  wait(signal: Signal): Promise<T> {
    this.#waiting += 1;
    return whileWaiting(this.#result.promise, signal, () => this.#leave(signal));
  }

  async #run(work: (deadline: Deadline) => Promise<T>, onEnded?: () => void): Promise<void> {
    try {
      this.#result.resolve(await work(this.#deadline));
    } catch (error) {
      this.#result.reject(error);
    } finally {
      this.#ended = true;
      this.#deadline[Symbol.dispose]();
      this.#cancelGrace?.();
      onEnded?.();
    }
  }

  #leave({ reason }: Signal): void {
    this.#waiting -= 1;
    if (this.#waiting > 0 || this.#ended) return;
    this.#abandoned = true;
    this.#deadline.giveUp(reason);
  }

  #awaitGrace(): void {
    this.#cancelGrace = this.#clock.after(graceMs, () => {
      this.#abandoned = true;
      this.#result.reject(this.#deadline.signal.reason);
    });
  }
}
