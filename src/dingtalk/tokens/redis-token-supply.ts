import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { aheadAtMostMs, readTime } from '../../redis/time.ts';
import { claimToken, keepToken, releaseToken, type TokenClaim } from './token-scripts.ts';
import { pause, type Deadline } from '../../async/deadline.ts';
import { timed, type TimedToken, type TokenSupply } from './token-supply.ts';
import type { TokenSource } from './token-endpoint.ts';
import type { FetchedToken } from './token-requests.ts';

/** How often Redis is asked whether another replica's fetch has ended. */
const pollMs = 50;
/** The longest wait for another replica's fetch: that replica may have died. */
const longestWaitMs = 2000;
/** How long a second try may take where the first was late. */
const secondTryMs = 20;
/** A token in Redis with less of its life left is due for renewal. */
const renewAtShare = 0.2;

const keptToken = z.object({
  token: z.string().min(1),
  lifeMs: z.number().positive(),
  /** By the clock of Redis. Sealed, because an expiry in Redis can be changed there. */
  fetchedAtRedisMs: z.int(),
});
const nothingKnown: Buffer = Buffer.alloc(0);

interface RedisTokenSupplyOptions {
  readonly source: TokenSource;
  /** Part of the keys: different kinds of application have different tokens. */
  readonly kind: string;
  readonly sealedRedis: SealedRedis;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** When Redis was asked and when it had answered, by the clock of this process. */
interface Asked {
  readonly fromMs: number;
  readonly toMs: number;
}
type KeptClaim = Extract<TokenClaim, { kind: 'kept' }> & Asked;
type Claim = (TokenClaim & Asked) | { readonly kind: 'without' };

/**
 * Tokens that the replicas of one application share: sealed in Redis, and locked while one of them fetches. Without Redis
 * each replica fetches its own. A token's life counts by the clock of Redis.
 */
export function createRedisTokenSupply(options: RedisTokenSupplyOptions): TokenSupply {
  const { source, kind, clock, timeoutMs } = options;
  const { redis, seal } = options.sealedRedis;
  const owner = randomUUID();
  const lockMs = Math.min(longestWaitMs, Math.ceil(timeoutMs / 2));

  const namesOf = (corpId: string | undefined): { token: string; lock: string } => ({
    token: seal.keyOf('token', kind, corpId ?? ''),
    lock: seal.keyOf('token-lock', kind, corpId ?? ''),
  });

  /** The claim that Redis grants; `without` if it does not answer. */
  async function claim(corpId: string | undefined, known: Buffer): Promise<Claim> {
    const names = namesOf(corpId);
    const fromMs = clock.nowMs();
    try {
      const found = await redis
        .run((client) => claimToken(client, names, known, owner, lockMs))
        .catch((error: unknown) => {
          if (!(error instanceof RedisUnavailableError) || error.kind !== 'late') throw error;
          return redis.insist((client) => claimToken(client, names, known, owner, lockMs, true), secondTryMs);
        });
      return { ...found, fromMs, toMs: clock.nowMs() };
    } catch {
      return { kind: 'without' };
    }
  }

  /** The token, unless it has expired by Redis's expiry or by the sealed one, whichever is earlier. */
  function open(corpId: string | undefined, found: KeptClaim): TimedToken | undefined {
    const kept = parseToken(seal.open(namesOf(corpId).token, found.sealed));
    if (!kept || kept.fetchedAtRedisMs > found.redisMs + aheadAtMostMs) return undefined;
    const { token, lifeMs, fetchedAtRedisMs } = kept;
    const nowMs = clock.nowMs();
    const sealedLeftMs = fetchedAtRedisMs + lifeMs - found.redisMs;
    const leftMs = Math.min(found.leftMs, sealedLeftMs) - (nowMs - found.fromMs);
    return leftMs > 0 ? timed({ token, lifeMs }, nowMs + Math.min(leftMs, lifeMs) - lifeMs) : undefined;
  }

  /** Fetches a token and leaves it in Redis for the others, without waiting for Redis. */
  async function fetch(corpId: string | undefined, deadline: Deadline, claimed: Claim): Promise<TimedToken> {
    const askedAtMs = clock.nowMs();
    const names = namesOf(corpId);
    try {
      const fetched = await source.fetch(corpId, deadline);
      leave(corpId, fetched, askedAtMs, claimed);
      return timed(fetched, askedAtMs);
    } catch (error) {
      redis.run((client) => releaseToken(client, names, owner)).catch(() => undefined);
      throw error;
    }
  }

  function leave(
    corpId: string | undefined,
    { token, lifeMs }: FetchedToken,
    askedAtMs: number,
    claimed: Claim,
  ): void {
    const names = namesOf(corpId);
    const keep = async (client: Client): Promise<void> => {
      // If Redis was away when the token was fetched, its time is still unknown: nothing is kept without it.
      const { redisMs, toMs } =
        claimed.kind === 'without' ? { redisMs: await readTime(client), toMs: clock.nowMs() } : claimed;
      // Rather too early than too late.
      const fetchedAtRedisMs = Math.floor(redisMs + askedAtMs - toMs);
      const sealed = seal.close(names.token, JSON.stringify({ token, lifeMs, fetchedAtRedisMs }));
      // In milliseconds: Redis must not keep it longer than it lives.
      await keepToken(client, names, owner, sealed, lifeMs - (clock.nowMs() - askedAtMs));
    };
    redis.run(keep).catch(() => undefined);
  }

  return {
    async obtain(corpId, deadline, refused) {
      const giveUpAtMs = clock.nowMs() + Math.min(lockMs, deadline.remainingMs() / 2);
      let known: Buffer = nothingKnown;
      for (;;) {
        const found = await claim(corpId, known);
        if (found.kind === 'kept') {
          const token = open(corpId, found);
          // A token put there since is new, even if its text is the same.
          if (token && (known !== nothingKnown || token.value !== refused?.value)) return token;
          known = found.sealed;
        }
        const isOver = clock.nowMs() >= giveUpAtMs;
        if (found.kind === 'ours' || found.kind === 'without' || isOver)
          return fetch(corpId, deadline, found);
        if (found.kind === 'fetched-elsewhere') await pause(clock, pollMs, deadline.signal);
      }
    },
    async renew(corpId, deadline) {
      let found = await claim(corpId, nothingKnown);
      if (found.kind === 'kept') {
        const token = open(corpId, found);
        if (token && isFresh(token, clock)) return token;
        found = await claim(corpId, found.sealed);
      }
      switch (found.kind) {
        case 'ours':
        case 'without':
          return fetch(corpId, deadline, found);
        case 'kept':
          return open(corpId, found);
        case 'fetched-elsewhere':
          return undefined;
      }
    },
  };
}

const isFresh = ({ fetchedAtMs, expiresAtMs }: TimedToken, clock: Clock): boolean =>
  expiresAtMs - clock.nowMs() > (expiresAtMs - fetchedAtMs) * renewAtShare;

/** Undefined for anything else, such as a token of another version of the gateway. */
function parseToken(text: string | undefined): z.output<typeof keptToken> | undefined {
  try {
    return text === undefined ? undefined : keptToken.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
