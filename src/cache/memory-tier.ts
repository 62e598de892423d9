import { LRUCache } from 'lru-cache';
import type { Remembered } from './outcome.ts';

/**
 * What this process remembers: at most so many entries, those that nobody asks for going first. How long something
 * holds is for `ifGood` to say, on the gateway's own clock.
 */
export type MemoryTier = LRUCache<string, Remembered>;

export const createMemoryTier = (maxEntries: number): MemoryTier => new LRUCache({ max: maxEntries });
