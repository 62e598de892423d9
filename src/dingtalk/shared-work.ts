import type { Clock } from '../clock.ts';
import { startDeadline, whileWaiting, type Deadline } from './deadline.ts';
import type { Signal } from '../signal.ts';

/** Something done once that several wait for. */
export interface SharedWork<T> {
  /** Waits for it. Throws what the work throws or, when `signal` is aborted first, its reason. */
  wait(signal: Signal): Promise<T>;
  /** True once nobody waits before the end, for everybody has left or was told that it is late: nobody may join any more. */
  readonly abandoned: boolean;
}

/** The work has the last word on why it is late, unless it takes longer than that to say it. */
const lastWordMs = 50;

/**
 * Starts `work`, which has `timeoutMs` from now, and tells `onEnded` before anybody who waits for it. Its deadline is
 * over earlier when the last of them has left, with that one's reason.
 */
export function shareWork<T>(
  clock: Clock,
  timeoutMs: number,
  work: (deadline: Deadline) => Promise<T>,
  onEnded?: () => void,
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
      onEnded?.();
    }
  }

  deadline.signal.addEventListener('abort', () => {
    cancelLastWord = clock.after(lastWordMs, () => {
      abandoned = true;
      reject(deadline.signal.reason);
    });
  });
  void run();
  return {
    wait(signal) {
      waiting += 1;
      return whileWaiting(result, signal, () => {
        waiting -= 1;
        if (waiting > 0 || ended) return;
        abandoned = true;
        deadline.giveUp(signal.reason);
      });
    },
    get abandoned() {
      return abandoned;
    },
  };
}
