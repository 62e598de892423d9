import type { Operation, Trip } from '../../redis/trip.ts';

/**
 * Lua: drops from the sorted set `keys[1]`, in which leases are scored by their ends, those that have ended. `args[1]` is
 * the name of the caller's lease, `args[2]` its length in milliseconds. A key of another type is deleted.
 */
const dropEndedLeases = `
local kind = redis.call('TYPE', keys[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', keys[1]) end
redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', now)
-- Scores later than any lease are left from before a clock was put back.
redis.call('ZREMRANGEBYSCORE', keys[1], '(' .. now + args[2], '+inf')
`;
/** Lua: starts or prolongs the caller's lease. */
const startLease = `
redis.call('ZADD', keys[1], now + args[2], args[1])
redis.call('PEXPIRE', keys[1], args[2])
`;

/** The fourth argument of `takeSlot`, for a slot that belongs to a lookup. */
export const ifLookupIsOurs = 'if the lookup is ours';

/**
 * Takes one of `args[3]` slots. Replies with minus the number of slots left, or with the milliseconds, at most 1000, until
 * one is free. Uses the clock of Redis: those of the processes differ. Taking a slot of the same name again, after a late
 * reply, takes it once. The second reply is 1 if the replica `args[5]` is known in the sorted set `keys[2]`: otherwise
 * Redis has lost its data. With `ifLookupIsOurs`: takes none, and replies with `none`, if the claim before it in the trip
 * has left the lookup to another process.
 */
const takeSlot = `
if args[4] == '${ifLookupIsOurs}' and not notes.isOurs then return 'none' end
local knownUntil = redis.pcall('ZSCORE', keys[2], args[5])
local isKnown = type(knownUntil) == 'string' and tonumber(knownUntil) > now and 1 or 0
${dropEndedLeases}redis.call('ZREM', keys[1], args[1])
local taken = redis.call('ZCARD', keys[1])
local limit = tonumber(args[3])
if taken < limit then${startLease}return { taken + 1 - limit, isKnown } end
local next = redis.call('ZRANGE', keys[1], taken - limit, taken - limit, 'WITHSCORES')
return { math.min(1000, math.ceil(next[2] - now)), isKnown }
`;

/**
 * Releases the slot `args[1]`: at once, or, if `args[2]` is 1, a millisecond more than a second later, because times are
 * rounded. Removes first: once a script has written, even a full Redis lets it go on.
 */
const releaseSlot = `
if redis.call('ZREM', keys[1], args[1]) == 1 and args[2] == '1' then
  redis.call('ZADD', keys[1], now + 1001, args[1])
end
return 1
`;

/**
 * Prolongs the lease of a replica. Replies with the time, whether it had one, and the number of replicas, at most `args[3]`:
 * of all, and of those that have done this since `args[4]`.
 */
const countReplicas = `${dropEndedLeases}
local wasKnown = redis.call('ZSCORE', keys[1], args[1]) and 1 or 0
${startLease}
local function atMost(count) return math.min(count, tonumber(args[3])) end
local since = string.format('%d', args[4] + args[2])
return {
  now, wasKnown, atMost(redis.call('ZCARD', keys[1])), atMost(redis.call('ZCOUNT', keys[1], since, '+inf'))
}
`;

const leaveReplicas = `redis.call('ZREM', keys[1], args[1]) return 1`;

/** What the rate limiters of all replicas do in Redis. */
export interface LeaseOperations {
  readonly takeSlot: Operation;
  readonly releaseSlot: Operation;
  readonly countReplicas: Operation;
  readonly leaveReplicas: Operation;
}

export const defineLeaseOperations = (trip: Trip): LeaseOperations => ({
  takeSlot: trip.define('takeSlot', takeSlot),
  releaseSlot: trip.define('releaseSlot', releaseSlot),
  countReplicas: trip.define('countReplicas', countReplicas),
  leaveReplicas: trip.define('leaveReplicas', leaveReplicas),
});
