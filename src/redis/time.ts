import type { Redis as Client } from 'ioredis';
import { integerReply } from './replies.ts';

/** The start of a script: `now` is Redis's own clock in milliseconds, the one that all replicas can go by. */
export const nowByRedis = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** A time that is further ahead of Redis's clock is not believed: it would keep what is old young. */
export const aheadAtMostMs = 1000;

/** Thirteen digits: until the year 2286. */
const latestMs = 9_999_999_999_999;

/** The reply where it is a time. Throws like {@link integerReply}. */
export const timeReply = (reply: unknown): number => integerReply(reply, 0, latestMs);

/** Redis's time. */
export const readTime = async (client: Client): Promise<number> =>
  timeReply(await client.eval(`${nowByRedis}return now`, 0));
