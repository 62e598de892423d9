import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { doneReply, integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { nowByRedis } from '../../redis/time.ts';
import { dropEndedLeases } from './leases.ts';
import type { ReplicaCount } from './replica-count.ts';

/** How long a process keeps to its share after Redis failed: by then Redis knows every place in use again. */
const aloneMs = 1000;

const secondMs = 1000;

/** The wait for a second answer, so that a call has waited for Redis for less than 100 ms in all. */
const secondTryMs = 30;
/** How long an answer about the others counts: after that, other places are in use. */
const crowdedForMs = 1000;

/** Ends the use of a place; a call that was not sent needs none. */
export type GiveBack = (sent: boolean) => void;

export type PlaceAnswer =
  | { readonly kind: 'taken'; readonly giveBack: GiveBack }
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** Redis did not answer: this process's own count decides. */
  | { readonly kind: 'unknown'; readonly giveBack: GiveBack };

/** The sliding window of one API, shared by all replicas of one application. */
export interface RedisWindow {
  /** The rate of this process: all of it, shared with the others, or its share while Redis is away. */
  readonly callsPerSecond: number;
  take(): Promise<PlaceAnswer>;
}

/** When Redis last answered, and when it last did not: one for all APIs, so that only one of them waits. */
export interface RedisHealth {
  answeredAtMs: number;
  failedAtMs: number;
}

interface RedisWindowOptions {
  readonly sealedRedis: SealedRedis;
  readonly replicas: ReplicaCount;
  readonly clock: Clock;
  readonly api: string;
  readonly callsPerSecond: number;
  /** No call takes longer: after that the place of a process that died comes free. */
  readonly longestCallMs: number;
  readonly health?: RedisHealth;
}

/**
 * Takes a place and answers minus the number of places left, or answers for how many milliseconds there is none. Uses the
 * clock of Redis: those of the processes differ. Taking the same place again, after a late answer, takes it once.
 */
const takeScript = createScript(
  'takePlace',
  `${nowByRedis}${dropEndedLeases('ARGV[3]')}redis.call('ZREM', KEYS[1], ARGV[1])
local taken = redis.call('ZCARD', KEYS[1])
local limit = tonumber(ARGV[2])
if taken < limit then
  redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return taken + 1 - limit
end
local next = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit, 'WITHSCORES')
return math.min(1000, math.ceil(next[2] - now))
`,
);

/**
 * Keeps the place for a millisecond more than the second, because times are rounded. Removes first: once a script has
 * written, even a full Redis lets it go on.
 */
const giveBackScript = createScript(
  'giveBackPlace',
  `${nowByRedis}
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 and ARGV[2] == '1' then
  redis.call('ZADD', KEYS[1], now + 1001, ARGV[1])
end
return 1
`,
);

export function createRedisWindow(options: RedisWindowOptions): RedisWindow {
  const { sealedRedis, replicas, clock, api, callsPerSecond, longestCallMs } = options;
  const { health = { answeredAtMs: -Infinity, failedAtMs: -Infinity } } = options;
  const { redis, seal } = sealedRedis;
  const key = seal.keyOf('budget', api);
  const process = randomUUID();
  const leaseMs = longestCallMs + 1001;
  let lastPlace = 0;
  /** When Redis last said that the others leave less than this process's share. */
  let crowdedAtMs = -Infinity;

  const share = (): number => Math.max(1, Math.floor(callsPerSecond / replicas.count));
  const isAlone = (): boolean => clock.nowMs() - health.failedAtMs < aloneMs;

  function giveBackOf(place: string): GiveBack {
    return (sent) => {
      // If that fails, its lease ends by itself.
      redis
        .insist(async (client) => doneReply(await giveBackScript(client, [key], place, sent ? 1 : 0)))
        .catch(() => undefined);
    };
  }

  async function ask(place: string): Promise<number> {
    const command = async (client: Client): Promise<number> =>
      integerReply(
        await takeScript(client, [key], place, callsPerSecond, leaseMs),
        1 - callsPerSecond,
        secondMs,
      );
    try {
      return await redis.run(command);
    } catch (error) {
      // Redis may be late for this process only and serve the others: asked once more before the share is used.
      if (health.answeredAtMs < health.failedAtMs || !mayBeThere(error)) throw error;
      return redis.insist(command, secondTryMs);
    }
  }

  return {
    get callsPerSecond() {
      return isAlone() ? share() : callsPerSecond;
    },
    async take() {
      const place = `${process}:${lastPlace}`;
      const giveBack = giveBackOf(place);
      try {
        const answer = await ask(place);
        health.answeredAtMs = clock.nowMs();
        if (answer > -share()) crowdedAtMs = health.answeredAtMs;
        if (answer > 0) return { kind: 'wait', waitMs: answer };
      } catch (error) {
        // There was no place a moment ago, and the others may still get every one that comes free.
        const isCrowded = clock.nowMs() - crowdedAtMs < crowdedForMs;
        if (isCrowded && mayBeThere(error)) return { kind: 'wait', waitMs: 0 };
        health.failedAtMs = clock.nowMs();
        lastPlace += 1;
        // A command that was answered too late may have taken the place.
        return { kind: 'unknown', giveBack };
      }
      lastPlace += 1;
      return { kind: 'taken', giveBack };
    },
  };
}

/** Whether Redis was only late: it may be there for the others. */
const mayBeThere = (error: unknown): boolean =>
  error instanceof RedisUnavailableError && (error.kind === 'late' || error.kind === 'resting');
