import { createScript } from '../../redis/script.ts';
import { nowByRedis } from '../../redis/time.ts';

/**
 * Lua: drops from the sorted set `KEYS[1]`, in which leases are scored by their ends, those that have ended. `ARGV[1]` is
 * the name of the caller's lease, `ARGV[2]` its length in milliseconds. A key of another type is deleted.
 */
const dropEndedLeases = `${nowByRedis}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- Scores later than any lease are left from before a clock was put back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ARGV[2], '+inf')
`;
/** Lua: starts or prolongs the caller's lease. */
const startLease = `
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * Takes one of `ARGV[3]` slots. Replies with minus the number of slots left, or with the milliseconds, at most 1000, until
 * one is free. Uses the clock of Redis: those of the processes differ. Taking a slot of the same name again, after a late
 * reply, takes it once.
 */
export const takeSlot = createScript(
  'takeSlot',
  `${dropEndedLeases}redis.call('ZREM', KEYS[1], ARGV[1])
local taken = redis.call('ZCARD', KEYS[1])
local limit = tonumber(ARGV[3])
if taken < limit then${startLease}return taken + 1 - limit end
local next = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit, 'WITHSCORES')
return math.min(1000, math.ceil(next[2] - now))
`,
);

/**
 * Releases the slot `ARGV[1]`: at once, or, if `ARGV[2]` is 1, a millisecond more than a second later, because times are
 * rounded. Removes first: once a script has written, even a full Redis lets it go on.
 */
export const releaseSlot = createScript(
  'releaseSlot',
  `${nowByRedis}
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 and ARGV[2] == '1' then
  redis.call('ZADD', KEYS[1], now + 1001, ARGV[1])
end
return 1
`,
);

/** Prolongs the lease of a replica. Replies with the number of replicas, at most `ARGV[3]`. */
export const countReplicas = createScript(
  'countReplicas',
  `${dropEndedLeases}${startLease}return math.min(redis.call('ZCARD', KEYS[1]), tonumber(ARGV[3]))
`,
);
