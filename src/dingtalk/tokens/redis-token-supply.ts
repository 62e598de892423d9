import type { Clock } from '../../async/clock.ts';
import { pause, type Deadline } from '../../async/deadline.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import type { TokenSource } from './token-endpoint.ts';
import { createTokenStore, type Claim } from './token-store.ts';
import { timed, type TimedToken, type TokenSupply } from './token-supply.ts';

/** How often Redis is polled for the end of another replica's fetch. */
const pollMs = 50;
/** The longest wait for another replica's fetch: that replica may have died. */
const longestWaitMs = 2000;

interface RedisTokenSupplyOptions {
  readonly source: TokenSource;
  /** Part of the keys: different kinds of application have different tokens. */
  readonly kind: string;
  readonly sealedRedis: SealedRedis;
  readonly clock: Clock;
  /** The deadline of one call. */
  readonly timeoutMs: number;
}

/** One replica fetches a token for all. Without Redis each replica fetches its own. */
export function createRedisTokenSupply(options: RedisTokenSupplyOptions): TokenSupply {
  const { source, kind, sealedRedis, clock, timeoutMs } = options;
  const lockMs = Math.min(longestWaitMs, Math.ceil(timeoutMs / 2));
  const store = createTokenStore(sealedRedis, kind, clock, lockMs);

  async function fetch(
    corpId: string | undefined,
    deadline: Deadline,
    { redisAheadMs }: Claim,
  ): Promise<TimedToken> {
    const askedAtMs = clock.nowMs();
    try {
      const fetched = await source.fetch(corpId, deadline);
      store.keep(corpId, fetched, askedAtMs, redisAheadMs);
      return timed(fetched, askedAtMs);
    } catch (error) {
      store.release(corpId);
      throw error;
    }
  }

  return {
    async obtain(corpId, deadline, refused) {
      const giveUpAtMs = clock.nowMs() + Math.min(lockMs, deadline.remainingMs() / 2);
      let known: Buffer | undefined;
      for (;;) {
        const claim = await store.claim(corpId, known);
        if (claim.kind === 'kept') {
          const { sealed, token } = claim;
          // A token stored since the first claim is new, even if its text is the same.
          if (token && (known || token.value !== refused?.value)) return token;
          known = sealed;
        }
        const isOver = clock.nowMs() >= giveUpAtMs;
        if (claim.kind === 'ours' || claim.kind === 'no-redis' || isOver)
          return fetch(corpId, deadline, claim);
        if (claim.kind === 'fetched-elsewhere') await pause(clock, pollMs, deadline.signal);
      }
    },
    async renew(corpId, deadline) {
      let claim = await store.claim(corpId);
      if (claim.kind === 'kept') {
        if (claim.token && clock.nowMs() < claim.token.renewAtMs) return claim.token;
        claim = await store.claim(corpId, claim.sealed);
      }
      switch (claim.kind) {
        case 'ours':
        case 'no-redis':
          return fetch(corpId, deadline, claim);
        case 'kept':
          return claim.token;
        case 'fetched-elsewhere':
          return undefined;
      }
    },
  };
}
