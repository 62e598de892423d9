import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import type { Lifetimes } from './lifetimes.ts';

/** Of further keys that failed lately, the oldest are forgotten. */
const maxFailed = 10_000;

/**
 * Lookups that pass over what is cached, where the request asked for it: an entry does for them only if it is younger than
 * `minMs`. So a key is looked up for them once in that time, on all replicas that share entries.
 */
export interface FreshLookups {
  /** By which an entry does for such a lookup. */
  acceptedOf(lifetimes: Lifetimes): Lifetimes;
  /** Whether one may be made for `key`: not where one has failed in this process lately, which has left no entry. */
  isDue(key: string): boolean;
  noteFailed(key: string, startedAtMs: number): void;
}

export function createFreshLookups(clock: Clock, minMs: number): FreshLookups {
  const failedAtMs = new LRUCache<string, number>({ max: maxFailed });
  const accepted = new WeakMap<Lifetimes, Lifetimes>();

  return {
    acceptedOf(lifetimes) {
      let young = accepted.get(lifetimes);
      if (!young) {
        const ttlMs = Math.min(lifetimes.ttlMs + lifetimes.staleMs, minMs);
        const negativeTtlMs = Math.min(lifetimes.negativeTtlMs, minMs);
        accepted.set(lifetimes, (young = { ...lifetimes, ttlMs, negativeTtlMs, staleMs: 0 }));
      }
      return young;
    },
    isDue: (key) => clock.nowMs() - (failedAtMs.get(key) ?? -Infinity) >= minMs,
    noteFailed: (key, startedAtMs) => void failedAtMs.set(key, startedAtMs),
  };
}
