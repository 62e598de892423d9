import type { CacheConfig } from '../config/config.ts';
import { isLasting, isRefusal } from './kept.ts';
import type { Remembered } from './memory-tier.ts';

/** What may be told, and whether it is due to be looked up anew. */
export interface Found extends Remembered {
  readonly stale: boolean;
}

/** What is remembered, if it may still be told: its age counts from when DingTalk was asked. */
export function ifGood(
  remembered: Remembered | undefined,
  nowMs: number,
  { ttlMs, staleMs, negativeTtlMs }: CacheConfig,
): Found | undefined {
  if (!remembered) return undefined;
  const { kept, askedAtMs } = remembered;
  const ageMs = nowMs - askedAtMs;
  if (isRefusal(kept)) {
    return isLasting(kept) && ageMs < negativeTtlMs ? { kept, askedAtMs, stale: false } : undefined;
  }
  if (ageMs >= ttlMs + staleMs) return undefined;
  return { kept, askedAtMs, stale: ageMs >= ttlMs };
}
