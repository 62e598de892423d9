import type { CacheConfig } from '../config/config.ts';
import { isLasting, type Remembered } from './entry.ts';

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
  const { outcome, askedAtMs } = remembered;
  const ageMs = nowMs - askedAtMs;
  if ('refusal' in outcome) {
    return isLasting(outcome.refusal) && ageMs < negativeTtlMs
      ? { outcome, askedAtMs, stale: false }
      : undefined;
  }
  if (ageMs >= ttlMs + staleMs) return undefined;
  return { outcome, askedAtMs, stale: ageMs >= ttlMs };
}
