import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import type { Shared } from '../../redis/shared.ts';
import { aheadAtMostMs, readTime } from '../../redis/time.ts';
import { claimToken, keepToken, letTokenGo, type TokenClaim } from './token-scripts.ts';
import { pause, type Deadline } from '../../async/deadline.ts';
import { timed, type TimedToken, type TokenSupply } from './token-supply.ts';
import type { FetchedToken, TokenSource } from './token-endpoint.ts';

/** How often whoever waits for a replica's fetch looks whether it has ended. */
const pollMs = 50;
/** The longest that one waits for another; a replica that died over its fetch is not waited for any longer. */
const longestWaitMs = 2000;
/** The wait for a second answer where the first was late: a token fetched in vain is one of few. */
const secondTryMs = 20;
/** A token in Redis with less than that share of its life left is due for renewal itself. */
const renewAtShare = 0.2;

const keptToken = z.object({
  token: z.string().min(1),
  lifeMs: z.number().positive(),
  /** By Redis's clock. In the seal, as the time for which Redis keeps a value can be changed there. */
  fetchedAtRedisMs: z.int(),
});
const nothingKnown: Buffer = Buffer.alloc(0);

interface SharedTokensOptions {
  readonly source: TokenSource;
  /** Keeps tokens of different kinds of application apart. */
  readonly kind: string;
  readonly shared: Shared;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** When Redis was asked and had answered, on this process's own clock. */
interface Asked {
  readonly fromMs: number;
  readonly toMs: number;
}
type KeptClaim = Extract<TokenClaim, { kind: 'kept' }> & Asked;
type Claim = (TokenClaim & Asked) | { readonly kind: 'without' };

/**
 * Tokens that the replicas of one application fetch once between them: sealed in Redis, under a lock while they are
 * fetched. Without Redis each replica fetches its own. A token's life counts by the clock of Redis.
 */
export function createSharedTokens(options: SharedTokensOptions): TokenSupply {
  const { source, kind, clock, timeoutMs } = options;
  const { redis, seal } = options.shared;
  const owner = randomUUID();
  const lockMs = Math.min(longestWaitMs, Math.ceil(timeoutMs / 2));

  const namesOf = (corpId: string | undefined): { token: string; lock: string } => ({
    token: seal.keyOf('token', kind, corpId ?? ''),
    lock: seal.keyOf('token-lock', kind, corpId ?? ''),
  });

  /** What Redis says; `without` where it cannot help. */
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

  /** The token, unless its life is over: by what Redis says, and by what the seal holds, whichever is earlier. */
  function open(corpId: string | undefined, found: KeptClaim): TimedToken | undefined {
    const kept = parseToken(seal.open(namesOf(corpId).token, found.sealed));
    if (!kept || kept.fetchedAtRedisMs > found.redisMs + aheadAtMostMs) return undefined;
    const { token, lifeMs, fetchedAtRedisMs } = kept;
    const nowMs = clock.nowMs();
    const sealedLeftMs = fetchedAtRedisMs + lifeMs - found.redisMs;
    const leftMs = Math.min(found.leftMs, sealedLeftMs) - (nowMs - found.fromMs);
    return leftMs > 0 ? timed({ token, lifeMs }, nowMs + Math.min(leftMs, lifeMs) - lifeMs) : undefined;
  }

  /** Asks DingTalk and leaves the answer for the others, who are not waited for. */
  async function fetch(corpId: string | undefined, deadline: Deadline, claimed: Claim): Promise<TimedToken> {
    const askedAtMs = clock.nowMs();
    const names = namesOf(corpId);
    try {
      const fetched = await source.fetch(corpId, deadline);
      leave(corpId, fetched, askedAtMs, claimed);
      return timed(fetched, askedAtMs);
    } catch (error) {
      redis.run((client) => letTokenGo(client, names, owner)).catch(() => undefined);
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
      // Where Redis was away when the token was asked for, its time is still to be read: nothing is kept without it.
      const { redisMs, toMs } =
        claimed.kind === 'without' ? { redisMs: await readTime(client), toMs: clock.nowMs() } : claimed;
      // Rather too early than too late.
      const fetchedAtRedisMs = Math.floor(redisMs + askedAtMs - toMs);
      const sealed = seal.close(names.token, JSON.stringify({ token, lifeMs, fetchedAtRedisMs }));
      // In thousandths of a second, so that Redis lets go of it no later than its life ends.
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
          // What was put there since this began is new, even where DingTalk gave the same text again.
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

/** Undefined for what is no token, such as one of another version of the gateway. */
function parseToken(text: string | undefined): z.output<typeof keptToken> | undefined {
  try {
    return text === undefined ? undefined : keptToken.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
