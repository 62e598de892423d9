import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { startDeadline, whileWaiting, type Deadline } from '../../async/deadline.ts';
import type { AccessToken } from '../call.ts';
import type { CorpOf } from './corp-of.ts';
import type { TimedToken, TokenSupply } from './token-supply.ts';
import type { Signal } from '../../async/abort.ts';

/** How long to wait after a failed early renewal. */
const earlyRetryMs = 5000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

export interface TokenCache {
  /**
   * A token for the viewers of `corpId`.
   *
   * @throws {DingTalkError} when none can be had, or what `signal` is aborted with.
   */
  get(corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** The current token if it is still valid; for calls that have waited since {@link get}. */
  latest(corpId: string | undefined): AccessToken | undefined;
  /** The token after `stale`, which DingTalk refused: fetched now, unless that was already done. */
  replace(stale: AccessToken, corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** The age of each token held here. */
  ages(): readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
}

interface TokenCacheOptions {
  readonly corpOf: CorpOf;
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

/** Keeps one access token per organization, with at most one refresh in flight for each. Failures are not kept. */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { corpOf, supply, clock, timeoutMs, onEarlyRefreshFailed } = options;
  const held = new LRUCache<string, HeldToken>({ max: maxOrganizations });
  const refreshing = new Map<string, Promise<TimedToken | undefined>>();

  const keyOf = (corpId: string | undefined): string => corpOf(corpId) ?? '';

  function refresh<T extends TimedToken | undefined>(
    corpId: string | undefined,
    work: (corpId: string | undefined, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(corpId);
    const started = inOwnTime(corpOf(corpId), work).finally(() => refreshing.delete(key));
    refreshing.set(key, started);
    return started;
  }

  async function inOwnTime<T extends TimedToken | undefined>(
    corpId: string | undefined,
    work: (corpId: string | undefined, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    // Its own deadline, not a caller's: a caller that leaves must not end the refresh for the others.
    using deadline = startDeadline(clock, timeoutMs);
    // The work may hang where the deadline does not reach it: the refresh ends anyway, and the next one can start.
    const token = await whileWaiting(work(corpId, deadline), deadline.signal);
    if (token) held.set(corpId ?? '', { token, corpId, refreshAtMs: token.refreshAtMs });
    return token;
  }

  async function obtain(corpId: string | undefined, refused?: AccessToken): Promise<TimedToken> {
    for (;;) {
      // All wait for the same promise, and so go on in the order in which they came.
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
