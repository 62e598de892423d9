import type { Clock } from '../clock.ts';
import { startDeadline, whileWaiting, type Deadline } from './deadline.ts';
import type { Signal } from '../signal.ts';

/** Something done once that several wait for. */
export interface SharedWork<T> {
  /** Waits for it. Throws what the work throws or, when `signal` is aborted first, its reason. */
  wait(signal: Signal): Promise<T>;
  /** True once the last of those who waited has left before the end: nobody may join any more. */
  readonly abandoned: boolean;
}

/** The work has the last word on why it is late, unless it takes longer than that to say it. */
const lastWordMs = 50;

/**
 * Starts `work`, which has `timeoutMs` from now. Its deadline is over earlier when the last of those who wait for it
 * has left, with that one's reason.
 */
export function shareWork<T>(
  clock: Clock,
  timeoutMs: number,
  work: (deadline: Deadline) => Promise<T>,
): SharedWork<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const deadline = startDeadline(clock, timeoutMs);
  let cancelLastWord: (() => void) | undefined;
  let waiting = 0;
  let ended = false;
  let abandoned = false;

  async function run(): Promise<void> {
    try {
      resolve(await work(deadline));
    } catch (error) {
      reject(error);
    } finally {
      ended = true;
      deadline[Symbol.dispose]();
      cancelLastWord?.();
    }
  }

  deadline.signal.addEventListener('abort', () => {
    cancelLastWord = clock.after(lastWordMs, () => reject(deadline.signal.reason));
  });
  void run();
  return {
    async wait(signal) {
      waiting += 1;
      try {
        return await whileWaiting(result, signal);
      } finally {
        waiting -= 1;
        if (waiting === 0 && !ended) {
          abandoned = true;
          deadline.giveUp(signal.reason);
        }
      }
    },
    get abandoned() {
      return abandoned;
    },
  };
}
