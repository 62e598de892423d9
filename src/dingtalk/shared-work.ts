import { whileWaiting } from './deadline.ts';

/** Something done once that several wait for. */
export interface SharedWork<T> {
  /** Waits for it. Throws what the work throws or, when `signal` is aborted first, its reason. */
  wait(signal: AbortSignal): Promise<T>;
  /** True once the last of those who waited has left before the end: nobody may join any more. */
  readonly abandoned: boolean;
}

/** Starts `work`, whose own signal is aborted when the last of those who wait for it has left, with that one's reason. */
export function shareWork<T>(work: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
  const controller = new AbortController();
  let waiting = 0;
  let ended = false;
  const result = work(controller.signal).finally(() => {
    ended = true;
  });
  return {
    async wait(signal) {
      waiting += 1;
      try {
        return await whileWaiting(result, signal);
      } finally {
        waiting -= 1;
        if (waiting === 0 && !ended) controller.abort(signal.reason);
      }
    },
    get abandoned() {
      return controller.signal.aborted;
    },
  };
}
