import type { Redis as Client } from 'ioredis';
import { arrayReply, bufferReply, doneReply, integerReply } from '../../redis/replies.ts';
import { createScript } from '../../redis/script.ts';
import { nowByRedis, timeReply } from '../../redis/time.ts';

/** What Redis said of a token that is needed, and its time when it said so. */
export type TokenClaim = { readonly redisMs: number } & (
  | { readonly kind: 'kept'; readonly sealed: Buffer; readonly leftMs: number }
  /** There is none: the caller fetches it, and no other replica does meanwhile. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'fetched-elsewhere' }
);

/**
 * Under the first name the token, under the second the lock of the replica that fetches one. Answers the time, then the
 * token that is there, unless it is what the caller knows, and how long Redis keeps it; or `1` where the lock is the
 * caller's. A lock that no replica would have made (another type, no end, a late one) is taken over, and so is the
 * caller's own where it asks again: it has not heard that it got it.
 */
const claimScript = createScript(
  'claimToken',
  `${nowByRedis}
local kept = redis.pcall('get', KEYS[1])
if type(kept) == 'string' and kept ~= ARGV[1] then return {now, kept, redis.call('pttl', KEYS[1])} end
local leftMs = redis.call('pttl', KEYS[2])
local own = ARGV[4] == '1' and redis.pcall('get', KEYS[2]) == ARGV[2]
if leftMs >= 0 and leftMs <= tonumber(ARGV[3]) and not own then return {now} end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
return {now, 1}`,
);

/** Lets go of the lock if it is the caller's, and keeps the token, if there is one. */
const settleScript = createScript(
  'settleToken',
  `
if redis.pcall('get', KEYS[2]) == ARGV[1] then redis.call('del', KEYS[2]) end
if ARGV[2] ~= '' then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`,
);

export interface TokenNames {
  readonly token: string;
  readonly lock: string;
}

export async function claimToken(
  client: Client,
  { token, lock }: TokenNames,
  known: Buffer,
  owner: string,
  lockMs: number,
  again = false,
): Promise<TokenClaim> {
  const isAgain = again ? 1 : 0;
  const reply = await claimScript(client, [token, lock], known, owner, lockMs, isAgain);
  const [now, found, leftMs] = arrayReply(reply);
  const redisMs = timeReply(now);
  if (found === undefined) return { kind: 'fetched-elsewhere', redisMs };
  if (found === 1) return { kind: 'ours', redisMs };
  // Redis answers -1 for what it keeps without an end.
  const kept = { sealed: bufferReply(found), leftMs: integerReply(leftMs, -2, Number.MAX_SAFE_INTEGER) };
  return { kind: 'kept', ...kept, redisMs };
}

export async function keepToken(
  client: Client,
  { token, lock }: TokenNames,
  owner: string,
  sealed: Buffer,
  leftMs: number,
): Promise<void> {
  const keepMs = Math.max(1, Math.floor(leftMs));
  doneReply(await settleScript(client, [token, lock], owner, sealed, keepMs));
}

export async function letTokenGo(client: Client, { token, lock }: TokenNames, owner: string): Promise<void> {
  doneReply(await settleScript(client, [token, lock], owner, '', 1));
}
