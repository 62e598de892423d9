/**
 * Lua: keeps of the sorted set `KEYS[1]` the leases that run at `now`, scored by their ends. `longestMs` is the argument
 * that holds the longest lease. A key of another type is deleted.
 */
export const dropEndedLeases = (longestMs: string): string => `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- Entries later than any lease are left from before a clock was put back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ${longestMs}, '+inf')
`;
