import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { startDeadline, whileWaiting, type Deadline } from '../../async/deadline.ts';
import type { TokenSource } from './token-endpoint.ts';
import type { AccessToken, TimedToken, TokenSupply } from './token-supply.ts';
import type { Signal } from '../../async/abort.ts';

/** How long a failed early renewal is left alone. */
const earlyRetryMs = 5000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

export interface AccessTokens {
  /**
   * A token that should work for viewers of `corpId`.
   *
   * @throws {DingTalkError} when none can be had, or what `signal` is aborted with.
   */
  get(corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** The one that {@link get} found or fetched last, where it still lives: for whoever has waited since. */
  latest(corpId: string | undefined): AccessToken | undefined;
  /** Throws what keeps every token from being fetched, as far as it can be told without asking DingTalk. */
  check(): Promise<void>;
  /** The token that comes after `stale`, which DingTalk refused: fetched now unless somebody already has. */
  replace(stale: AccessToken, corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** How old the tokens are that are held here. */
  ages(): readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
}

interface AccessTokensOptions {
  readonly source: Pick<TokenSource, 'corpOf' | 'check'>;
  readonly supply: TokenSupply;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onEarlyRefreshFailed: (error: unknown) => void;
}

interface HeldToken {
  readonly token: TimedToken;
  readonly corpId: string | undefined;
  refreshAtMs: number;
}

/** Keeps one access token per organization. One refresh is in flight however many wait; failures are not kept. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { source, supply, clock, timeoutMs, onEarlyRefreshFailed } = options;
  const held = new LRUCache<string, HeldToken>({ max: maxOrganizations });
  const refreshing = new Map<string, Promise<TimedToken | undefined>>();

  const keyOf = (corpId: string | undefined): string => source.corpOf(corpId) ?? '';

  function refresh<T extends TimedToken | undefined>(
    corpId: string | undefined,
    work: (corpId: string | undefined, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(corpId);
    const started = inOwnTime(source.corpOf(corpId), work).finally(() => refreshing.delete(key));
    refreshing.set(key, started);
    return started;
  }

  async function inOwnTime<T extends TimedToken | undefined>(
    corpId: string | undefined,
    work: (corpId: string | undefined, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    // Its own deadline, not a caller's: whoever leaves must not take the token away from the others.
    using deadline = startDeadline(clock, timeoutMs);
    // The work may hang outside of the deadline's reach: the refresh ends all the same, and the next one can start.
    const token = await whileWaiting(work(corpId, deadline), deadline.signal);
    if (token) held.set(corpId ?? '', { token, corpId, refreshAtMs: token.refreshAtMs });
    return token;
  }

  async function obtain(corpId: string | undefined, refused?: AccessToken): Promise<TimedToken> {
    for (;;) {
      // All wait for the same promise, so that they go on in the order in which they came.
      const token = await (refreshing.get(keyOf(corpId)) ??
        refresh(corpId, (corp, deadline) => supply.obtain(corp, deadline, refused)));
      if (token) return token;
    }
  }

  function living(corpId: string | undefined): HeldToken | undefined {
    const current = held.get(keyOf(corpId));
    return current && clock.nowMs() < current.token.expiresAtMs ? current : undefined;
  }

  function refreshEarly(corpId: string | undefined, current: HeldToken): void {
    current.refreshAtMs = clock.nowMs() + earlyRetryMs;
    if (refreshing.has(keyOf(corpId))) return;
    refresh(corpId, (corp, deadline) => supply.renew(corp, deadline)).catch(onEarlyRefreshFailed);
  }

  return {
    check: () => source.check(),
    async get(corpId, signal) {
      const current = living(corpId);
      if (!current) return whileWaiting(obtain(corpId), signal);
      if (clock.nowMs() >= current.refreshAtMs) refreshEarly(corpId, current);
      return current.token;
    },
    latest: (corpId) => living(corpId)?.token,
    async replace(stale, corpId, signal) {
      const current = held.get(keyOf(corpId));
      if (current && current.token !== stale) return current.token;
      const key = keyOf(corpId);
      // Who comes meanwhile waits for the next one.
      held.delete(key);
      const next = obtain(corpId, stale);
      // One id that DingTalk answers so must not take a token from everybody that works for all others.
      if (current) next.catch(() => held.has(key) || held.set(key, current));
      return whileWaiting(next, signal);
    },
    ages: () => {
      const nowMs = clock.nowMs();
      return [...held.values()].map(({ token, corpId }) => ({ corpId, ageMs: nowMs - token.fetchedAtMs }));
    },
  };
}
