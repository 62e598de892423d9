import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { startDeadline, whileWaiting } from './deadline.ts';
import type { TokenSource } from './token-source.ts';

/** At this share of its life a token is renewed while it still works. */
const refreshAtShare = 0.8;
/** How long a failed early renewal is left alone. */
const earlyRetryMs = 5000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

/** One token as it was fetched. Fetched anew it is another one, even where DingTalk gives the same text again. */
export interface AccessToken {
  readonly value: string;
}

export interface AccessTokens {
  /**
   * A token that should work for viewers of `corpId`.
   *
   * @throws {DingTalkError} when none can be had, or what `signal` is aborted with.
   */
  get(corpId: string | undefined, signal: AbortSignal): Promise<AccessToken>;
  /** Throws what keeps every token from being fetched, as far as it can be told without asking DingTalk. */
  check(): Promise<void>;
  /** The token that comes after `stale`, which DingTalk refused: fetched now unless somebody already has. */
  replace(stale: AccessToken, corpId: string | undefined, signal: AbortSignal): Promise<AccessToken>;
}

interface AccessTokensOptions {
  readonly source: TokenSource;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onEarlyRefreshFailed: (error: unknown) => void;
}

interface HeldToken extends AccessToken {
  refreshAtMs: number;
  readonly expiresAtMs: number;
}

/** Keeps one access token per organization. One refresh is in flight however many wait; failures are not kept. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { source, clock, timeoutMs, onEarlyRefreshFailed } = options;
  const held = new LRUCache<string, HeldToken>({ max: maxOrganizations });
  const refreshing = new Map<string, Promise<AccessToken>>();

  const keyOf = (corpId: string | undefined): string => source.corpOf(corpId) ?? '';

  function refresh(corpId: string | undefined): Promise<AccessToken> {
    const key = keyOf(corpId);
    const current = refreshing.get(key);
    if (current) return current;
    const started = fetchToken(corpId).finally(() => refreshing.delete(key));
    refreshing.set(key, started);
    return started;
  }

  async function fetchToken(corpId: string | undefined): Promise<AccessToken> {
    // Its own deadline, not a caller's: whoever leaves must not take the token away from the others.
    using deadline = startDeadline(clock, timeoutMs);
    // Life counts from before the request, so that the answer's way back shortens it rather than lengthens it.
    const askedAtMs = clock.nowMs();
    // The source may hang outside of the deadline's reach: the refresh ends all the same, and the next one can start.
    const fetching = source.fetch(source.corpOf(corpId), deadline);
    const { token, lifeMs } = await whileWaiting(fetching, deadline.signal);
    const fetched: HeldToken = {
      value: token,
      refreshAtMs: askedAtMs + lifeMs * refreshAtShare,
      expiresAtMs: askedAtMs + lifeMs,
    };
    held.set(keyOf(corpId), fetched);
    return fetched;
  }

  function refreshEarly(corpId: string | undefined, current: HeldToken): void {
    current.refreshAtMs = clock.nowMs() + earlyRetryMs;
    refresh(corpId).catch(onEarlyRefreshFailed);
  }

  return {
    check: () => source.check(),
    async get(corpId, signal) {
      const current = held.get(keyOf(corpId));
      const nowMs = clock.nowMs();
      if (!current || nowMs >= current.expiresAtMs) return whileWaiting(refresh(corpId), signal);
      if (nowMs >= current.refreshAtMs) refreshEarly(corpId, current);
      return current;
    },
    async replace(stale, corpId, signal) {
      const current = held.get(keyOf(corpId));
      if (current && current !== stale) return current;
      return whileWaiting(refresh(corpId), signal);
    },
  };
}
