import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { AbortableSignal, type Signal } from '../async/abort.ts';

/** How long a key is left alone after its refresh failed. */
const restMs = 1000;
/** More at once would take the calls from those who wait for an answer. */
const maxRefreshes = 100;
const maxResting = 10_000;

/** What is looked up anew although nobody waits for it. */
export interface Refreshes {
  /**
   * Starts `work` unless it is under way for this key, failed within the last second, or too many are under way.
   * `onDue` is called where it starts, or would but for too many others.
   */
  start(key: string, work: (signal: Signal) => Promise<void>, onDue: () => void): void;
  /** Aborts all of them, and resolves once they have ended. */
  close(): Promise<void>;
}

/** `onFailed` hears of every failure but those of the closing. */
export function createRefreshes(clock: Clock, onFailed: (error: unknown) => void): Refreshes {
  const closing = new AbortableSignal();
  const underWay = new Map<string, Promise<void>>();
  const restsUntilMs = new LRUCache<string, number>({ max: maxResting });

  async function refresh(key: string, work: (signal: Signal) => Promise<void>): Promise<void> {
    try {
      await work(closing);
    } catch (error) {
      restsUntilMs.set(key, clock.nowMs() + restMs);
      if (!closing.aborted) onFailed(error);
    } finally {
      underWay.delete(key);
    }
  }

  return {
    start(key, work, onDue) {
      if (underWay.has(key) || closing.aborted) return;
      if (clock.nowMs() < (restsUntilMs.get(key) ?? -Infinity)) return;
      onDue();
      if (underWay.size < maxRefreshes) underWay.set(key, refresh(key, work));
    },
    async close() {
      closing.abort(new ClientGoneError());
      await Promise.all(underWay.values());
    },
  };
}
