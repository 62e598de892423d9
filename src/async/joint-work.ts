import type { Clock } from './clock.ts';
import { startDeadline, whileWaiting, type Deadline } from './deadline.ts';
import type { Signal } from './abort.ts';

/** The work may say for so long after its deadline why it is late. */
export const graceMs = 50;

/**
 * Something done once that several wait for.
 *
 * A class, as there is one for every lookup: an object with a getter of its own is given a shape of its own by V8, which
 * lives, with all that the getter can see, until everything is collected.
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
   * Starts `work`, which has `timeoutMs` from now, and tells `onEnded` before anybody who waits for it. Its deadline is
   * over earlier when the last of them has left, with that one's reason.
   */
  constructor(
    clock: Clock,
    timeoutMs: number,
    work: (deadline: Deadline) => Promise<T>,
    onEnded?: () => void,
  ) {
    this.#clock = clock;
    this.#deadline = startDeadline(clock, timeoutMs);
    this.#deadline.signal.addEventListener('abort', () => this.#awaitGrace());
    void this.#run(work, onEnded);
  }

  /** True once nobody waits before the end, for everybody has left or was told that it is late: nobody may join any more. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Waits for it. Throws what the work throws or, when `signal` is aborted first, its reason. */
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
