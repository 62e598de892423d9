import { LRUCache } from 'lru-cache';
import type { CacheConfig } from '../config/config.ts';
import type { Remembered } from './entry.ts';
import { bytesOf } from './size-of.ts';

/**
 * What this process remembers: at most so many entries and bytes, the least recently used going first. How long something
 * holds is for `ifGood` to say, on the gateway's own clock.
 */
export type MemoryTier = LRUCache<string, Remembered>;

/** An entry's objects and its places in the cache, without its texts. */
const entryBytes = 200;
/** A stale entry is served for so long while no call for it can be sent. */
const longestOverdueMs = 1000;

export const createMemoryTier = ({ maxEntries, maxBytes }: CacheConfig): MemoryTier =>
  new LRUCache({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: ({ outcome }, key) => entryBytes + bytesOf(key) + bytesOf(outcome),
  });

export function noteServedStale(memory: MemoryTier, key: string, nowMs: number): void {
  const entry = memory.peek(key);
  if (entry) entry.overdueSinceMs ??= nowMs;
}

/** DingTalk has been asked for it, or cannot be asked at all. */
export function noteSent(memory: MemoryTier, key: string): void {
  const entry = memory.peek(key);
  if (entry) entry.overdueSinceMs = undefined;
}

/** Whether a stale entry has been served for too long without a call: who lost access must not read on while others queue. */
export function isOverdue(memory: MemoryTier, key: string, nowMs: number): boolean {
  const overdueSinceMs = memory.peek(key)?.overdueSinceMs;
  return overdueSinceMs !== undefined && nowMs - overdueSinceMs >= longestOverdueMs;
}
