import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { ClientGoneError } from '../errors/client-gone-error.ts';
import { DingTalkError, NotSentError } from '../errors/dingtalk-error.ts';
import { AbortableSignal, type Signal } from '../async/abort.ts';
import { clearServedStale, markServedStale, type Memory } from './memory.ts';

/** How long a key is left alone after its revalidation failed. */
const restMs = 1000;
/** More would take the calls from lookups that wait for an answer. */
const maxUnderWay = 100;
const maxResting = 10_000;

/** Revalidates stale entries in the background. */
export interface Revalidation {
  /** Starts `work` unless it is under way for this key, failed within the last second, or too many are under way. */
  start(key: string, work: (signal: Signal) => Promise<unknown>): void;
  /** Aborts all of them, and resolves once they have ended. */
  close(): Promise<void>;
}

interface RevalidationOptions {
  readonly clock: Clock;
  /** Its entries are marked while no call for them can be sent. */
  readonly memory: Memory | undefined;
  /** Called with every failure but those of the closing. */
  readonly onFailed: (error: unknown) => void;
}

export function createRevalidation({ clock, memory, onFailed }: RevalidationOptions): Revalidation {
  const closing = new AbortableSignal();
  const underWay = new Map<string, Promise<void>>();
  const restsUntilMs = new LRUCache<string, number>({ max: maxResting });

  async function revalidate(key: string, work: (signal: Signal) => Promise<unknown>): Promise<void> {
    try {
      await work(closing);
    } catch (error) {
      // DingTalk fails: that is what stale entries are for.
      if (memory && saysOfDingTalk(error)) clearServedStale(memory, key);
      restsUntilMs.set(key, clock.nowMs() + restMs);
      if (!closing.aborted) onFailed(error);
    } finally {
      underWay.delete(key);
    }
  }

  return {
    start(key, work) {
      if (underWay.has(key) || closing.aborted) return;
      const nowMs = clock.nowMs();
      if (nowMs < (restsUntilMs.get(key) ?? -Infinity)) return;
      if (memory) markServedStale(memory, key, nowMs);
      if (underWay.size < maxUnderWay) underWay.set(key, revalidate(key, work));
    },
    async close() {
      closing.abort(new ClientGoneError());
      await Promise.all(underWay.values());
    },
  };
}

/** Whether it is DingTalk that keeps a call from being made or answered, and not the rate limit or this viewer's other calls. */
export function saysOfDingTalk(error: unknown): boolean {
  if (!(error instanceof DingTalkError) || error.kind === 'rate-limited') return false;
  return !(error instanceof NotSentError) || (error.kind !== 'timeout' && error.details.ownCalls !== true);
}
