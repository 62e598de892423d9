import type { Clock } from '../../async/clock.ts';
import type { DingTalkStatus } from '../../domain/dingtalk-status.ts';
import type { Observer } from '../../domain/observer.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { createRateLimiter, mostInFlight, type RateLimiter } from './rate-limiter.ts';
import { createReplicaCount } from './replica-count.ts';
import { createRedisWindow, type RedisHealth, type RedisWindow } from './redis-window.ts';

/** One rate limiter for each API: DingTalk counts calls per application and API. */
export interface RateLimiters {
  of(api: string): RateLimiter;
  /**
   * A rate limiter for some of the calls to an API, which they pass before that API's own. It has `share` of the rate and
   * of the calls in flight, at least one. Replicas share it under `name`. It is not part of the status.
   */
  part(name: string, share: number, maxWaiting: number): RateLimiter;
  /** Lets no call start for `durationMs` from now. Calls that can wait so long wait; the others are refused at once. */
  pause(durationMs: number): void;
  readonly status: DingTalkStatus['rateLimiters'];
  close(): void;
}

interface RateLimitersOptions {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  /** The deadline of one call. */
  readonly timeoutMs: number;
  readonly random: () => number;
  readonly observer: Observer;
  /** Whether a "too fast" from DingTalk lowers the rate for a while. */
  readonly slowsDown: boolean;
  readonly sealedRedis: SealedRedis | undefined;
}

export function createRateLimiters(options: RateLimitersOptions): RateLimiters {
  const { clock, timeoutMs, random, observer, slowsDown, sealedRedis } = options;
  const limiters = new Map<string, RateLimiter>();
  const replicas = sealedRedis && createReplicaCount(sealedRedis, clock);
  const health: RedisHealth = { answeredAtMs: -Infinity, failedAtMs: -Infinity };
  let pausedUntilMs = -Infinity;
  const common = { clock, random, slowsDown, notBeforeMs: () => pausedUntilMs };

  function redisWindowOf(api: string, callsPerSecond: number): RedisWindow | undefined {
    if (!sealedRedis || !replicas) return undefined;
    return createRedisWindow({
      sealedRedis,
      replicas,
      clock,
      health,
      api,
      callsPerSecond,
      longestCallMs: timeoutMs,
    });
  }

  function create(api: string): RateLimiter {
    const { callsPerSecond } = options;
    const redisWindow = redisWindowOf(api, callsPerSecond);
    const onTurn = (waitMs: number): void => observer.turnEnded({ api, waitMs });
    const limiter = createRateLimiter({ ...common, callsPerSecond, redisWindow, onTurn });
    limiters.set(api, limiter);
    return limiter;
  }

  return {
    of: (api) => limiters.get(api) ?? create(api),
    part(name, share, maxWaiting) {
      const part = (whole: number): number => Math.max(1, Math.floor(whole * share));
      const callsPerSecond = part(options.callsPerSecond);
      const redisWindow = redisWindowOf(name, callsPerSecond);
      const maxInFlight = part(mostInFlight);
      return createRateLimiter({ ...common, callsPerSecond, maxInFlight, maxWaiting, redisWindow });
    },
    pause(durationMs) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.nowMs() + durationMs);
    },
    status: () => Array.from(limiters, ([api, { status }]) => ({ api, ...status })),
    close: () => replicas?.close(),
  };
}
