import type { Redis as Client } from 'ioredis';

/** What Redis said of a token that somebody needs. */
export type TokenClaim =
  | { readonly kind: 'kept'; readonly sealed: Buffer; readonly leftMs: number }
  /** There is none: whoever was told so fetches it, and nobody else does meanwhile. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'fetched-elsewhere' };

/**
 * Under the first name the token, under the second the lock of whoever fetches one. What is there already is told
 * unless it is what the caller knows. A lock that no replica would have made (another type, no end, a late one) is
 * taken over, and so is the caller's own where it asks again: it has not heard that it got it.
 */
const claimScript = `
local kept = redis.pcall('get', KEYS[1])
if type(kept) == 'string' and kept ~= ARGV[1] then return {kept, redis.call('pttl', KEYS[1])} end
local leftMs = redis.call('pttl', KEYS[2])
local own = ARGV[4] == '1' and redis.pcall('get', KEYS[2]) == ARGV[2]
if leftMs >= 0 and leftMs <= tonumber(ARGV[3]) and not own then return {} end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
return {1}`;

/** Lets go of the lock if it is the caller's, and keeps the token, if there is one. */
const settleScript = `
if redis.pcall('get', KEYS[2]) == ARGV[1] then redis.call('del', KEYS[2]) end
if ARGV[2] ~= '' then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

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
  const reply = await client.callBuffer('eval', claimScript, 2, token, lock, known, owner, lockMs, isAgain);
  const [first, leftMs] = reply as [(Buffer | number)?, number?];
  if (first === undefined) return { kind: 'fetched-elsewhere' };
  if (!Buffer.isBuffer(first) || leftMs === undefined) return { kind: 'ours' };
  return { kind: 'kept', sealed: first, leftMs };
}

export async function keepToken(
  client: Client,
  { token, lock }: TokenNames,
  owner: string,
  sealed: Buffer,
  leftMs: number,
): Promise<void> {
  await client.call('eval', settleScript, 2, token, lock, owner, sealed, Math.max(1, Math.floor(leftMs)));
}

export async function letTokenGo(client: Client, { token, lock }: TokenNames, owner: string): Promise<void> {
  await client.call('eval', settleScript, 2, token, lock, owner, '', 1);
}
