import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Shared } from '../redis/shared.ts';
import type { Replicas } from './replicas.ts';

/** For so long after Redis failed a process keeps to its share: by then every place in use is on record again. */
const aloneMs = 1000;

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

interface SharedPlacesOptions {
  readonly shared: Shared;
  readonly replicas: Replicas;
  readonly clock: Clock;
  readonly api: string;
  readonly callsPerSecond: number;
  /** After that long no call is in flight any more: the place of a process that died comes free. */
  readonly longestCallMs: number;
}

const nowByRedis = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Takes a place and answers 0, or answers how many milliseconds there is none. By Redis's own time: processes differ. */
const takeScript = `${nowByRedis}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- What no lease explains is left from before a clock was put back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ARGV[3], '+inf')
local taken = redis.call('ZCARD', KEYS[1])
local limit = tonumber(ARGV[2])
if taken < limit then
  redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 0
end
local next = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit, 'WITHSCORES')
return math.min(1000, next[2] - now)
`;

/** A millisecond more than the second, for what was rounded off. */
const giveBackScript = `${nowByRedis}
if ARGV[2] == '1' then redis.call('ZADD', KEYS[1], 'XX', now + 1001, ARGV[1])
else redis.call('ZREM', KEYS[1], ARGV[1]) end
`;

export function createSharedPlaces(options: SharedPlacesOptions): SharedPlaces {
  const { shared, replicas, clock, api, callsPerSecond, longestCallMs } = options;
  const { redis, seal } = shared;
  const key = seal.keyOf('budget', api);
  const process = randomUUID();
  let lastPlace = 0;
  let failedAtMs = -Infinity;

  function giveBackOf(place: string): GiveBack {
    return (sent) => {
      // Failing that, it comes free by itself.
      redis.run((client) => client.eval(giveBackScript, 1, key, place, sent ? 1 : 0)).catch(() => undefined);
    };
  }

  return {
    get callsPerSecond() {
      const isAlone = clock.nowMs() - failedAtMs < aloneMs;
      return isAlone ? Math.max(1, Math.floor(callsPerSecond / replicas.count)) : callsPerSecond;
    },
    async take() {
      lastPlace += 1;
      const place = `${process}:${lastPlace}`;
      const giveBack = giveBackOf(place);
      try {
        const leaseMs = longestCallMs + 1001;
        const waitMs = Number(
          await redis.run((client) => client.eval(takeScript, 1, key, place, callsPerSecond, leaseMs)),
        );
        return waitMs > 0 ? { kind: 'wait', waitMs } : { kind: 'taken', giveBack };
      } catch {
        failedAtMs = clock.nowMs();
        // The place may have been taken all the same, by a command that was answered too late.
        return { kind: 'unknown', giveBack };
      }
    },
  };
}
