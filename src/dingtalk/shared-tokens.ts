import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable-error.ts';
import type { Shared } from '../redis/shared.ts';
import { claimToken, keepToken, letTokenGo, type TokenClaim } from '../redis/token-scripts.ts';
import { pause, type Deadline } from './deadline.ts';
import { timed, type TimedToken, type TokenSupply } from './token-supply.ts';
import type { FetchedToken, TokenSource } from './token-source.ts';

/** How often whoever waits for a replica's fetch looks whether it has ended. */
const pollMs = 50;
/** The longest that one waits for another; a replica that died over its fetch is not waited for any longer. */
const longestWaitMs = 2000;
/** The wait for a second answer where the first was late: a token fetched in vain is one of few. */
const secondTryMs = 20;
/** A token in Redis with less than that share of its life left is due for renewal itself. */
const renewAtShare = 0.2;

const keptToken = z.object({ token: z.string().min(1), lifeMs: z.number().positive() });
const nothingKnown: Buffer = Buffer.alloc(0);

interface SharedTokensOptions {
  readonly source: TokenSource;
  /** Keeps tokens of different kinds of application apart. */
  readonly kind: string;
  readonly shared: Shared;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

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
  async function claim(corpId: string | undefined, known: Buffer): Promise<TokenClaim | { kind: 'without' }> {
    const names = namesOf(corpId);
    const askedAtMs = clock.nowMs();
    try {
      const found = await redis
        .run((client) => claimToken(client, names, known, owner, lockMs))
        .catch((error: unknown) => {
          if (!(error instanceof RedisUnavailableError) || error.kind !== 'late') throw error;
          return redis.insist((client) => claimToken(client, names, known, owner, lockMs, true), secondTryMs);
        });
      if (found.kind !== 'kept') return found;
      return { ...found, leftMs: found.leftMs - (clock.nowMs() - askedAtMs) };
    } catch {
      return { kind: 'without' };
    }
  }

  function open(corpId: string | undefined, sealed: Buffer, leftMs: number): TimedToken | undefined {
    const text = seal.open(namesOf(corpId).token, sealed);
    if (text === undefined || leftMs <= 0) return undefined;
    const { token, lifeMs } = keptToken.parse(JSON.parse(text));
    return timed({ token, lifeMs }, clock.nowMs() + Math.min(leftMs, lifeMs) - lifeMs);
  }

  /** Asks DingTalk and leaves the answer for the others, who are not waited for. */
  async function fetch(corpId: string | undefined, deadline: Deadline): Promise<TimedToken> {
    const askedAtMs = clock.nowMs();
    const names = namesOf(corpId);
    try {
      const fetched = await source.fetch(corpId, deadline);
      leave(corpId, fetched, askedAtMs);
      return timed(fetched, askedAtMs);
    } catch (error) {
      redis.run((client) => letTokenGo(client, names, owner)).catch(() => undefined);
      throw error;
    }
  }

  function leave(corpId: string | undefined, fetched: FetchedToken, askedAtMs: number): void {
    const names = namesOf(corpId);
    const sealed = seal.close(names.token, JSON.stringify(fetched));
    // In thousandths of a second, so that Redis lets go of it no later than its life ends.
    const leftMs = fetched.lifeMs - (clock.nowMs() - askedAtMs);
    redis.run((client) => keepToken(client, names, owner, sealed, leftMs)).catch(() => undefined);
  }

  return {
    async obtain(corpId, deadline, refused) {
      const giveUpAtMs = clock.nowMs() + Math.min(lockMs, deadline.remainingMs() / 2);
      let known: Buffer = nothingKnown;
      for (;;) {
        const found = await claim(corpId, known);
        if (found.kind === 'kept') {
          const token = open(corpId, found.sealed, found.leftMs);
          // What was put there since this began is new, even where DingTalk gave the same text again.
          if (token && (known !== nothingKnown || token.value !== refused?.value)) return token;
          known = found.sealed;
        }
        const isOver = clock.nowMs() >= giveUpAtMs;
        if (found.kind === 'ours' || found.kind === 'without' || isOver) return fetch(corpId, deadline);
        if (found.kind === 'fetched-elsewhere') await pause(clock, pollMs, deadline.signal);
      }
    },
    async renew(corpId, deadline) {
      let found = await claim(corpId, nothingKnown);
      if (found.kind === 'kept') {
        const token = open(corpId, found.sealed, found.leftMs);
        if (token && isFresh(token, clock)) return token;
        found = await claim(corpId, found.sealed);
      }
      switch (found.kind) {
        case 'ours':
        case 'without':
          return fetch(corpId, deadline);
        case 'kept':
          return open(corpId, found.sealed, found.leftMs);
        case 'fetched-elsewhere':
          return undefined;
      }
    },
  };
}

const isFresh = ({ fetchedAtMs, expiresAtMs }: TimedToken, clock: Clock): boolean =>
  expiresAtMs - clock.nowMs() > (expiresAtMs - fetchedAtMs) * renewAtShare;
