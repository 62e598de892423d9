import type { Redis as Client } from 'ioredis';
import { getLua } from '../../redis/held-lua.ts';
import { arrayReply, bufferReply, integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import { nowByRedis, timeReply } from '../../redis/time.ts';

/** The keys of one organization: its token, and the lock of the replica that fetches one. */
export interface TokenKeys {
  readonly token: string;
  readonly lock: string;
}

/** What Redis answers to a replica that needs a token, and the time of Redis at that moment. */
export type TokenClaim = { readonly redisMs: number } & (
  | { readonly kind: 'kept'; readonly sealed: Buffer; readonly leftMs: number }
  /** There is none. The caller has the lock and fetches it. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'fetched-elsewhere' }
);

/**
 * Answers the time, and then the token and how long Redis keeps it, unless it is the one that the caller knows; or `1` if
 * the caller has the lock. A lock that no replica would have made (another type, without expiry, or with a late one) is
 * taken over. So is the caller's own when it asks again: the first answer was lost.
 */
const claimScript = createScript(
  'claimToken',
  `${nowByRedis}${getLua}
local kept = get(KEYS[1])
if type(kept) == 'string' and kept ~= ARGV[1] then return {now, kept, redis.call('pttl', KEYS[1])} end
local leftMs = redis.call('pttl', KEYS[2])
local own = ARGV[4] == '1' and get(KEYS[2]) == ARGV[2]
if leftMs >= 0 and leftMs <= tonumber(ARGV[3]) and not own then return {now} end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
return {now, 1}`,
);

/** Releases the lock if it is that of the owner `ARGV[1]`. Keeps the token `ARGV[2]` for `ARGV[3]` ms, unless it is empty. */
export const settleToken = createScript(
  'settleToken',
  `${getLua}
if get(KEYS[2]) == ARGV[1] then redis.call('del', KEYS[2]) end
if ARGV[2] ~= '' then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`,
);

/**
 * Claims a token other than `known`, or its lock for `lockMs`. `again`: the answer to the same claim was late.
 *
 * @throws {RedisUnavailableError} `unreadable` for any other reply.
 */
export async function claimToken(
  client: Client,
  { token, lock }: TokenKeys,
  known: Buffer,
  owner: string,
  lockMs: number,
  again = false,
): Promise<TokenClaim> {
  const reply = await claimScript(client, [token, lock], known, owner, lockMs, again ? 1 : 0);
  const [now, found, leftMs] = arrayReply(reply);
  const redisMs = timeReply(now);
  if (found === undefined) return { kind: 'fetched-elsewhere', redisMs };
  if (found === 1) return { kind: 'ours', redisMs };
  // Redis answers -1 for a key without an expiry.
  const kept = { sealed: bufferReply(found), leftMs: integerReply(leftMs, -2, Number.MAX_SAFE_INTEGER) };
  return { kind: 'kept', ...kept, redisMs };
}
