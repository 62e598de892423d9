import type { CacheConfig } from '../config/config.ts';
import { isLasting, isRefusal, type Kept } from './kept.ts';

/** `fresh`: told as it is. `stale`: told while it is looked up anew. `gone`: not told any more. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** How good something still is, `ageMs` after DingTalk was asked for it. */
export function freshnessOf(
  kept: Kept,
  ageMs: number,
  { ttlMs, staleMs, negativeTtlMs }: CacheConfig,
): Freshness {
  if (isRefusal(kept)) return isLasting(kept) && ageMs < negativeTtlMs ? 'fresh' : 'gone';
  if (ageMs < ttlMs) return 'fresh';
  return ageMs < ttlMs + staleMs ? 'stale' : 'gone';
}
