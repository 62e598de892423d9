import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { doneReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { aheadAtMostMs, readTime } from '../../redis/time.ts';
import type { FetchedToken } from './token-requests.ts';
import { claimToken, settleToken, type TokenClaim, type TokenKeys } from './token-scripts.ts';
import { timed, type TimedToken } from './token-supply.ts';

/** The limit on a second try where the first was late. */
const secondTryMs = 20;

const storedToken = z.object({
  token: z.string().min(1),
  lifeMs: z.number().positive(),
  /** By the clock of Redis. Sealed, because an expiry in Redis can be changed there. */
  fetchedAtRedisMs: z.int(),
});

/**
 * The answer to a claim. `redisAheadMs` is how far the clock of Redis is ahead of this process's, too little rather than
 * too much; undefined if Redis did not answer.
 */
export type Claim = { readonly redisAheadMs?: number } & (
  | { readonly kind: 'ours' | 'fetched-elsewhere' | 'no-redis' }
  /** `token` is undefined if it has expired or cannot be read, such as one of another version of the gateway. */
  | { readonly kind: 'kept'; readonly sealed: Buffer; readonly token: TimedToken | undefined }
);

/** The tokens that the replicas of one application share: sealed in Redis, and locked while one of them fetches. */
export interface TokenStore {
  /** Claims a token of `corpId` other than `known`, or the lock to fetch one. */
  claim(corpId: string | undefined, known?: Buffer): Promise<Claim>;
  /** Keeps a fetched token for the other replicas and releases the lock. Best effort: not awaited. */
  keep(corpId: string | undefined, fetched: FetchedToken, askedAtMs: number, redisAheadMs?: number): void;
  /** Releases the lock. Best effort: not awaited. */
  release(corpId: string | undefined): void;
}

export function createTokenStore(
  { redis, seal }: SealedRedis,
  kind: string,
  clock: Clock,
  lockMs: number,
): TokenStore {
  const owner = randomUUID();

  const keysOf = (corpId: string | undefined): TokenKeys => ({
    token: seal.lastingKeyOf('token', kind, corpId ?? ''),
    lock: seal.lastingKeyOf('token-lock', kind, corpId ?? ''),
  });

  async function claim(keys: TokenKeys, known: Buffer): Promise<TokenClaim | undefined> {
    try {
      return await redis.run((client) => claimToken(client, keys, known, owner, lockMs));
    } catch (error) {
      if (!(error instanceof RedisUnavailableError) || error.kind !== 'late') return undefined;
      return redis
        .insist((client) => claimToken(client, keys, known, owner, lockMs, true), secondTryMs)
        .catch(() => undefined);
    }
  }

  /** The token, unless it has expired by Redis's expiry or by the sealed one, whichever is earlier. */
  function open(
    key: string,
    { sealed, leftMs, redisMs }: Extract<TokenClaim, { kind: 'kept' }>,
    askedAtMs: number,
  ): TimedToken | undefined {
    const stored = parse(seal.open(key, sealed));
    if (!stored || stored.fetchedAtRedisMs > redisMs + aheadAtMostMs) return undefined;
    const { lifeMs, fetchedAtRedisMs } = stored;
    const nowMs = clock.nowMs();
    const restMs = Math.min(leftMs, fetchedAtRedisMs + lifeMs - redisMs) - (nowMs - askedAtMs);
    return restMs > 0 ? timed(stored, nowMs + Math.min(restMs, lifeMs) - lifeMs) : undefined;
  }

  return {
    async claim(corpId, known = Buffer.alloc(0)) {
      const keys = keysOf(corpId);
      const askedAtMs = clock.nowMs();
      const claimed = await claim(keys, known);
      if (!claimed) return { kind: 'no-redis' };
      const redisAheadMs = claimed.redisMs - clock.nowMs();
      if (claimed.kind !== 'kept') return { kind: claimed.kind, redisAheadMs };
      const token = open(keys.token, claimed, askedAtMs);
      return { kind: 'kept', sealed: claimed.sealed, token, redisAheadMs };
    },
    keep(corpId, { token, lifeMs }, askedAtMs, redisAheadMs) {
      const keys = keysOf(corpId);
      const settle = async (client: Client): Promise<void> => {
        // Without an answer to the claim, the time of Redis is still unknown.
        const aheadMs = redisAheadMs ?? (await readTime(client)) - clock.nowMs();
        // Too early rather than too late.
        const fetchedAtRedisMs = Math.floor(askedAtMs + aheadMs);
        const sealed = seal.close(keys.token, JSON.stringify({ token, lifeMs, fetchedAtRedisMs }));
        const leftMs = lifeMs - (clock.nowMs() - askedAtMs);
        const keepMs = Math.max(1, Math.floor(leftMs));
        doneReply(await settleToken(client, [keys.token, keys.lock], owner, sealed, keepMs));
      };
      redis.run(settle).catch(() => undefined);
    },
    release(corpId) {
      const { token, lock } = keysOf(corpId);
      redis
        .run(async (client) => doneReply(await settleToken(client, [token, lock], owner, '', 1)))
        .catch(() => undefined);
    },
  };
}

function parse(text: string | undefined): z.output<typeof storedToken> | undefined {
  try {
    return text === undefined ? undefined : storedToken.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
