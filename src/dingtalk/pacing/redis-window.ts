import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { doneReply, integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import type { Shared } from '../../redis/shared.ts';
import { nowByRedis } from '../../redis/time.ts';
import type { Replicas } from './replica-count.ts';

/** For so long after Redis failed a process keeps to its share: by then every place in use is on record again. */
const aloneMs = 1000;

const secondMs = 1000;

/** The wait for a second answer, so that a call has waited for Redis for less than 100 ms in all. */
const secondTryMs = 30;
/** What was heard of the others counts for one second: by then other places are in use. */
const heardForMs = 1000;

/** Ends the use of a place; a call that was not sent needs none. */
export type GiveBack = (sent: boolean) => void;

export type PlaceAnswer =
  | { readonly kind: 'taken'; readonly giveBack: GiveBack }
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** Redis cannot tell: this process's own count has to do. */
  | { readonly kind: 'unknown'; readonly giveBack: GiveBack };

/** The places of one API's second, shared by all processes of one application. */
export interface SharedPlaces {
  /** What this process may use of the pace: all of it together with the others, or its share while Redis is away. */
  readonly callsPerSecond: number;
  take(): Promise<PlaceAnswer>;
}

/** When this process last heard from Redis, and when it last did not: known to all its APIs, so that one alone waits. */
export interface RedisHealth {
  heardAtMs: number;
  failedAtMs: number;
}

interface SharedPlacesOptions {
  readonly shared: Shared;
  readonly replicas: Replicas;
  readonly clock: Clock;
  readonly api: string;
  readonly callsPerSecond: number;
  /** After that long no call is in flight any more: the place of a process that died comes free. */
  readonly longestCallMs: number;
  readonly health?: RedisHealth;
}

/**
 * Takes a place and answers how many are left, as a number that is not positive; or answers how many milliseconds there
 * is none. By Redis's own time: processes differ. A place whose taking was answered too late is taken once.
 */
const takeScript = createScript(
  'takePlace',
  `${nowByRedis}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- What no lease explains is left from before a clock was put back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ARGV[3], '+inf')
redis.call('ZREM', KEYS[1], ARGV[1])
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
 * A millisecond more than the second, for what was rounded off. The place goes first: once a script has written, even
 * a full Redis lets it go on.
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

export function createSharedPlaces(options: SharedPlacesOptions): SharedPlaces {
  const { shared, replicas, clock, api, callsPerSecond, longestCallMs } = options;
  const { health = { heardAtMs: -Infinity, failedAtMs: -Infinity } } = options;
  const { redis, seal } = shared;
  const key = seal.keyOf('budget', api);
  const process = randomUUID();
  const leaseMs = longestCallMs + 1001;
  let lastPlace = 0;
  /** When this process last heard that the others leave it less than its share. */
  let crowdedAtMs = -Infinity;

  const share = (): number => Math.max(1, Math.floor(callsPerSecond / replicas.count));
  const isAlone = (): boolean => clock.nowMs() - health.failedAtMs < aloneMs;

  function giveBackOf(place: string): GiveBack {
    return (sent) => {
      // Failing that, it comes free by itself.
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
      // Late for one process, Redis may well give all places to the others: once more before it goes beyond them.
      if (health.heardAtMs < health.failedAtMs || !mayBeThere(error)) throw error;
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
        health.heardAtMs = clock.nowMs();
        if (answer > -share()) crowdedAtMs = health.heardAtMs;
        if (answer > 0) return { kind: 'wait', waitMs: answer };
      } catch (error) {
        // There was no place a moment ago, and the others may still be told of every one that comes free.
        const isCrowded = clock.nowMs() - crowdedAtMs < heardForMs;
        if (isCrowded && mayBeThere(error)) return { kind: 'wait', waitMs: 0 };
        health.failedAtMs = clock.nowMs();
        lastPlace += 1;
        // The place may have been taken all the same, by a command that was answered too late.
        return { kind: 'unknown', giveBack };
      }
      lastPlace += 1;
      return { kind: 'taken', giveBack };
    },
  };
}

/** Whether Redis was only late: it is there for the others, as far as anybody knows. */
const mayBeThere = (error: unknown): boolean =>
  error instanceof RedisUnavailableError && (error.kind === 'late' || error.kind === 'resting');
