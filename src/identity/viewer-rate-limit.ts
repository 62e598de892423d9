import { LRUCache } from 'lru-cache';
import type { Clock } from '../async/clock.ts';
import { publicError } from '../errors/public-error.ts';
import { turnKey, type Viewer } from '../domain/viewer.ts';
import type { SealedRedis } from '../redis/sealed-redis.ts';
import { createSharedAllowances, type SharedAllowances, type SharedAnswer } from './shared-allowances.ts';

/** An evicted viewer starts with a full allowance. Only authenticated viewers are counted. */
const maxViewers = 10_000;
/** Rounding error of sums of fractions of a millisecond. */
const roundingMs = 1e-6;

/** Limits the requests of each viewer, and of each API key apart. */
export interface ViewerRateLimit {
  /**
   * Undefined: admitted. A promise: Redis is asked, for 50 ms at most, whether the other replicas have admitted too many.
   *
   * @throws a public `RATE_LIMITED` error (429) with `retryAfterMs` when the viewer's allowance is spent. The promise
   * rejects with the same.
   */
  admit(viewer: Viewer): Promise<void> | undefined;
}

interface ViewerRateLimitOptions {
  readonly clock: Clock;
  /** Undefined: no limit. */
  readonly requestsPerSecond: number | undefined;
  /** Undefined: this process counts for itself. It also does for each request to which Redis gives no answer. */
  readonly sealedRedis: SealedRedis | undefined;
}

interface Allowance {
  /** When the cost of all requests that are known to be admitted is paid. */
  paidAtMs: number;
  /** Requests about which Redis is being asked. */
  asked: number;
  readonly names: readonly string[];
}

/**
 * A leaky bucket (GCRA): at most `requestsPerSecond` at once, refilled evenly over a second. With Redis all replicas take
 * from the same one; what this process knows to be too many is refused here.
 */
export function createViewerRateLimit(options: ViewerRateLimitOptions): ViewerRateLimit {
  const { clock, requestsPerSecond: limit, sealedRedis } = options;
  if (limit === undefined) return { admit: () => undefined };
  const costMs = 1000 / limit;
  const refusal = (excessMs: number): Error => tooManyRequests(excessMs, limit);
  const shared = sealedRedis && createSharedAllowances(sealedRedis, costMs);
  const allowances = new LRUCache<string, Allowance>({ max: maxViewers });

  function allowanceOf(viewer: Viewer): Allowance {
    const key = turnKey(viewer);
    const known = allowances.get(key);
    if (known) return known;
    const allowance = { paidAtMs: -Infinity, asked: 0, names: shared?.namesOf(viewer) ?? [] };
    allowances.set(key, allowance);
    return allowance;
  }

  function check({ paidAtMs }: Allowance, requests: number): void {
    const nowMs = clock.nowMs();
    const excessMs = Math.max(nowMs, paidAtMs) + requests * costMs - nowMs - 1000;
    if (excessMs > roundingMs) throw refusal(excessMs);
  }

  function admitHere(allowance: Allowance): void {
    check(allowance, 1);
    allowance.paidAtMs = Math.max(clock.nowMs(), allowance.paidAtMs) + costMs;
  }

  async function admitShared(allowance: Allowance, allowancesInRedis: SharedAllowances): Promise<void> {
    allowance.asked += 1;
    const answer = await allowancesInRedis.ask(allowance.names).catch(() => undefined);
    allowance.asked -= 1;
    if (answer) follow(allowance, answer);
    else admitHere(allowance);
  }

  function follow(allowance: Allowance, { isAdmitted, leadMs }: SharedAnswer): void {
    // Rather too late than too early: counted from when Redis has answered.
    allowance.paidAtMs = Math.max(allowance.paidAtMs, clock.nowMs() + leadMs);
    if (!isAdmitted) throw refusal(leadMs + costMs - 1000);
  }

  return {
    admit(viewer) {
      const allowance = allowanceOf(viewer);
      if (shared) {
        check(allowance, allowance.asked + 1);
        return admitShared(allowance, shared);
      }
      admitHere(allowance);
      return undefined;
    },
  };
}

function tooManyRequests(excessMs: number, limit: number): Error {
  const retryAfterMs = Math.max(1, Math.ceil(excessMs));
  return publicError('RATE_LIMITED', 'Too many requests: wait retryAfterMs and try again.', {
    httpStatus: 429,
    httpHeaders: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    retryable: true,
    retryAfterMs,
    exceeded: { limit, asked: limit + 1, variable: 'VIEWER_RPS' },
  });
}
