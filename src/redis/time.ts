import type { Redis as Client } from 'ioredis';
import { integerReply } from './replies.ts';
import { createScript } from './script.ts';

/** First lines of a script. They set `now` to Redis's clock in milliseconds, the one clock that all replicas share. */
export const nowByRedis = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** A time further ahead of Redis's clock is rejected: it would make an old value look fresh. */
export const aheadAtMostMs = 1000;

/** Thirteen digits: until the year 2286. */
const latestMs = 9_999_999_999_999;

/** Returns the reply if it is a time. Throws like {@link integerReply}. */
export const timeReply = (reply: unknown): number => integerReply(reply, 0, latestMs);

const timeScript = createScript('readTime', `${nowByRedis}return now`);

/** Reads Redis's clock. */
export const readTime = async (client: Client): Promise<number> => timeReply(await timeScript(client, []));
