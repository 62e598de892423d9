import type { Clock } from '../../async/clock.ts';
import type { DingTalkStatus, RateLimiterStatus } from '../../domain/dingtalk-status.ts';
import type { Observer } from '../../domain/observer.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { createEgressPace } from './egress-pace.ts';
import { defineLeaseOperations } from './lease-operations.ts';
import { createLimitersInUse } from './limiters-in-use.ts';
import { createRateLimiter, type RateLimiter, type RateLimiterOptions } from './rate-limiter.ts';
import { createRedisWindow, type RedisWindowOptions } from './redis-window.ts';
import { createReplicaCount, type ReplicaCount } from './replica-count.ts';

/** One rate limiter for each API: DingTalk counts calls per application and API. */
export interface RateLimiters {
  /** `organization`: where DingTalk counts the calls of each organization on their own, as those of a suite. */
  of(api: string, organization?: string): RateLimiter;
  /** Of a limiter in use. */
  statusOf(api: string, organization?: string): RateLimiterStatus | undefined;
  /**
   * A rate limiter for some of the calls to an API, which they pass before that API's own. It has `share` of the rate
   * and so of the calls in flight, at least one. Replicas share it under `name`. It is not part of the status.
   */
  part(name: string, share: number, maxWaiting: number): RateLimiter;
  /** Lets no call start for `durationMs` from now. Calls that can wait so long wait; the others are refused at once. */
  pause(durationMs: number): void;
  /** Called for each call that starts: all of them together keep to the limit of the egress address. */
  noteStart(): void;
  /** How long such a pause still lasts; 0: there is none. */
  pauseLeftMs(): number;
  readonly status: DingTalkStatus['rateLimiters'];
  /** Says goodbye to the other replicas. */
  close(): Promise<void>;
}

interface RateLimitersOptions {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  readonly random: () => number;
  /** Whether a "too fast" from DingTalk lowers the rate for a while, and the limit of the egress address holds. */
  readonly slowsDown: boolean;
  /** The deadline of one call. */
  readonly timeoutMs: number;
  readonly observer: Observer;
  readonly sealedRedis: SealedRedis | undefined;
}

export function createRateLimiters(options: RateLimitersOptions): RateLimiters {
  const { clock, callsPerSecond, timeoutMs, random, observer, slowsDown, sealedRedis } = options;
  let pausedUntilMs = -Infinity;
  const overReplicas = sealedRedis && spreadOverReplicas(sealedRedis, clock, timeoutMs);

  const egress = createEgressPace(clock, callsPerSecond, () => overReplicas?.replicas.pace.replicas ?? 1);
  const common = {
    clock,
    random,
    slowsDown,
    bannedUntilMs: () => pausedUntilMs,
    notBeforeMs: () => (slowsDown ? Math.max(pausedUntilMs, egress.freeAtMs) : pausedUntilMs),
  };

  function create(
    api: string,
    own: Omit<RateLimiterOptions, keyof typeof common>,
    organization?: string,
  ): RateLimiter {
    const { callsPerSecond } = own;
    const redisWindow =
      overReplicas && createRedisWindow({ ...overReplicas, api, organization, callsPerSecond });
    return createRateLimiter({ ...common, ...own, redisWindow });
  }

  const limiters = createLimitersInUse({
    clock,
    longestCallMs: timeoutMs,
    create(api, organization) {
      const onTurn = (waitMs: number): void => observer.turnEnded({ api, waitMs });
      return create(api, { callsPerSecond, onTurn }, organization);
    },
  });

  return {
    of: (api, organization) => limiters.of(api, organization),
    statusOf: (api, organization) => limiters.statusOf(api, organization),
    part(name, share, maxWaiting) {
      return create(name, { callsPerSecond: Math.max(1, Math.floor(callsPerSecond * share)), maxWaiting });
    },
    pause(durationMs) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.nowMs() + durationMs);
    },
    noteStart: () => egress.noteStart(),
    pauseLeftMs: () => Math.max(0, pausedUntilMs - clock.nowMs()),
    status: () => limiters.status(),
    close: async () => overReplicas?.replicas.close(),
  };
}

/** What the windows of all APIs have in common. */
function spreadOverReplicas(
  sealedRedis: SealedRedis,
  clock: Clock,
  longestCallMs: number,
): Omit<RedisWindowOptions, 'api' | 'callsPerSecond'> & { readonly replicas: ReplicaCount } {
  const operations = defineLeaseOperations(sealedRedis.trip);
  return {
    sealedRedis,
    operations,
    replicas: createReplicaCount(sealedRedis, operations, clock),
    clock,
    longestCallMs,
  };
}
