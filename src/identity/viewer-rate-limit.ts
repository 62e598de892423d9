import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { publicError } from '../errors/public-error.ts';
import { turnKey, type Viewer } from '../domain/viewer.ts';

/** An evicted viewer starts with a full allowance. Only authenticated viewers are counted. */
const maxViewers = 10_000;
/** Rounding error of sums of fractions of a millisecond. */
const roundingMs = 1e-6;

/** Limits the requests of each viewer, and of each API key apart. */
export interface ViewerRateLimit {
  /** @throws a public `RATE_LIMITED` error (429) with `retryAfterMs` when the viewer's allowance is spent. */
  admit(viewer: Viewer): void;
}

/**
 * A leaky bucket (GCRA): at most `requestsPerSecond` at once, refilled evenly over a second. Undefined: no limit.
 *
 * It stores one time for each viewer: when the cost of all admitted requests is paid.
 */
export function createViewerRateLimit(clock: Clock, requestsPerSecond: number | undefined): ViewerRateLimit {
  if (requestsPerSecond === undefined) return { admit: () => undefined };
  const costMs = 1000 / requestsPerSecond;
  const paidAtMs = new LRUCache<string, number>({ max: maxViewers });
  return {
    admit(viewer) {
      const key = turnKey(viewer);
      const nowMs = clock.nowMs();
      const paidMs = Math.max(nowMs, paidAtMs.get(key) ?? nowMs);
      const excessMs = paidMs + costMs - nowMs - 1000;
      if (excessMs > roundingMs) throw tooManyRequests(Math.ceil(excessMs));
      paidAtMs.set(key, paidMs + costMs);
    },
  };
}

function tooManyRequests(retryAfterMs: number): Error {
  return publicError('RATE_LIMITED', 'Too many requests: wait retryAfterMs and try again.', {
    httpStatus: 429,
    httpHeaders: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    retryable: true,
    retryAfterMs,
  });
}
