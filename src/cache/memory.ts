import { LRUCache } from 'lru-cache';
import type { Entry } from './entry.ts';

/** The entries of this process. The least recently used one is evicted first; their lifetimes are for `servable`. */
export type Memory = LRUCache<string, Entry>;

export interface MemoryLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An entry's objects and its places in the cache, without its texts. */
const entryBytes = 200;
/** An error holds the stack of where it was made. */
const errorBytes = 2048;
/** A value in an object or a list. */
const slotBytes = 8;
const textBytes = 24;
/** A stale entry is served for so long while no call for it can be sent. */
const maxOverdueMs = 1000;

export const createMemory = (
  { maxEntries, maxBytes }: MemoryLimits,
  onStored?: (entry: Entry) => void,
): Memory =>
  new LRUCache({
    max: maxEntries,
    maxSize: maxBytes,
    ...(onStored && { onInsert: onStored }),
    sizeCalculation: ({ content }, key) => entryBytes + bytesOf(key) + bytesOf(content),
  });

/** Deletes what DingTalk was asked for before `beforeMs`. */
export function deleteAskedBefore(memory: Memory, beforeMs: number): void {
  const old = Array.from(memory.entries()).filter(([, { askedAtMs }]) => askedAtMs < beforeMs);
  for (const [key] of old) memory.delete(key);
}

/** Marks an entry that is served stale, from the first time on. */
export function markServedStale(memory: Memory, key: string, nowMs: number): void {
  const entry = memory.peek(key);
  if (entry) entry.overdueSinceMs ??= nowMs;
}

/** Clears the mark: a call for the entry was sent, or DingTalk cannot be called at all. */
export function clearServedStale(memory: Memory, key: string): void {
  const entry = memory.peek(key);
  if (entry) entry.overdueSinceMs = undefined;
}

/** True once an entry has been served stale for too long without a call: a viewer who lost access must not read on. */
export const isOverdue = ({ overdueSinceMs }: Entry, nowMs: number): boolean =>
  overdueSinceMs !== undefined && nowMs - overdueSinceMs >= maxOverdueMs;

/** About what a value read from JSON takes in memory, with everything that it holds. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return textBytes + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = value instanceof Error ? errorBytes : textBytes;
  for (const held of Object.values(value)) bytes += slotBytes + bytesOf(held);
  return bytes;
}
