import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { LRUCache } from 'lru-cache';
import type { Kept } from './kept.ts';

/** Something kept, and when DingTalk was asked for it, on this process's own clock. */
export interface Remembered {
  readonly kept: Kept;
  readonly askedAtMs: number;
}

/** What this process remembers: at most so many entries, those that nobody asks for going first. */
export interface MemoryTier {
  readonly size: number;
  /** A copy, whatever its age. */
  get(key: string): Promise<Remembered | undefined>;
  set(key: string, remembered: Remembered): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * bentocache as a bounded store and nothing more: how long something holds is for `ifGood` to say, on the
 * gateway's own clock.
 */
export function createMemoryTier(maxEntries: number): MemoryTier {
  // Handed in, because bentocache does not say how many entries it holds.
  const cacheInstance = new LRUCache<string, string>({ max: maxEntries });
  const options = { maxItems: maxEntries, cacheInstance };
  const cache = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver(options)) },
  });
  return {
    get size() {
      return cacheInstance.size;
    },
    get: (key) => cache.get<Remembered>({ key }),
    async set(key, value) {
      await cache.set({ key, value, ttl: null });
    },
    async delete(key) {
      await cache.delete({ key });
    },
  };
}
