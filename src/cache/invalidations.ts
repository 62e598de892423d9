import { LRUCache } from 'lru-cache';

/** The keys that other replicas have invalidated lately. */
export interface Invalidations {
  note(key: string, nowMs: number): void;
  /** Whether `key` was invalidated at `sinceMs` or later. */
  isSince(key: string, sinceMs: number): boolean;
}

/** As many as can be invalidated while one call lasts. */
const maxKeys = 10_000;

export function createInvalidations(): Invalidations {
  const atMs = new LRUCache<string, number>({ max: maxKeys });
  return {
    note: (key, nowMs) => void atMs.set(key, nowMs),
    isSince: (key, sinceMs) => (atMs.get(key) ?? -Infinity) >= sinceMs,
  };
}
