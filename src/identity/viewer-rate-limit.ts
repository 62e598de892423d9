import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { publicError } from '../errors/public-error.ts';
import { viewerKey, type Viewer } from '../domain/viewer.ts';

/** Whoever is forgotten for another starts afresh; only people whose credentials are good get in here. */
const maxViewers = 10_000;
/** Sums of fractions of a millisecond may be off by that much. */
const roundingMs = 1e-6;

/** How often one viewer may ask. */
export interface ViewerRateLimit {
  /** @throws a public `RATE_LIMITED` error (429) with `retryAfterMs` when the viewer's second is spent. */
  admit(viewer: Viewer): void;
}

/**
 * At most `requestsPerSecond` at once, and one more with every fraction of a second that passes. Undefined: no limit.
 *
 * For each viewer it keeps one moment alone: when all that was admitted is paid off.
 */
export function createViewerRateLimit(clock: Clock, requestsPerSecond: number | undefined): ViewerRateLimit {
  if (requestsPerSecond === undefined) return { admit: () => undefined };
  const costMs = 1000 / requestsPerSecond;
  const paidAtMs = new LRUCache<string, number>({ max: maxViewers });
  return {
    admit(viewer) {
      const key = viewerKey(viewer);
      const nowMs = clock.nowMs();
      const paidMs = Math.max(nowMs, paidAtMs.get(key) ?? nowMs);
      const excessMs = paidMs + costMs - nowMs - 1000;
      if (excessMs > roundingMs) throw tooOften(Math.ceil(excessMs));
      paidAtMs.set(key, paidMs + costMs);
    },
  };
}

function tooOften(retryAfterMs: number): Error {
  return publicError('RATE_LIMITED', 'You ask too often: wait retryAfterMs and try again.', {
    httpStatus: 429,
    httpHeaders: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    retryable: true,
    retryAfterMs,
  });
}
