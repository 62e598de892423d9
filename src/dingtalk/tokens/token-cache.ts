import { LRUCache } from 'lru-cache';
import type { Signal } from '../../async/abort.ts';
import type { Clock } from '../../async/clock.ts';
import { Deadline, whileWaiting } from '../../async/deadline.ts';
import type { AccessToken } from '../call.ts';
import { maxOrganizations, type CorpOf } from './corp-of.ts';
import type { TimedToken, TokenSupply } from './token-supply.ts';

/** How long to wait after a failed early renewal. */
const earlyRetryMs = 5000;

export interface TokenCache {
  /**
   * A token for the viewers of `corpId`.
   *
   * @throws {DingTalkError} when none can be had, or what `signal` is aborted with.
   */
  get(corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** The current token if it is still valid; for calls that have waited since {@link get}. */
  latest(corpId: string | undefined): AccessToken | undefined;
  /** The token after `stale`, which DingTalk refused: fetched now, unless it was already. Throws like {@link get}. */
  replace(stale: AccessToken, corpId: string | undefined, signal: Signal): Promise<AccessToken>;
  /** Whether any token is still valid. */
  hasValid(): boolean;
  /** The age of each token in this cache. */
  ages(): readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
}

interface TokenCacheOptions {
  readonly corpOf: CorpOf;
  readonly supply: TokenSupply;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onEarlyRefreshFailed: (error: unknown) => void;
}

interface Entry {
  readonly token: TimedToken;
  readonly corpId: string | undefined;
  renewAtMs: number;
}

/** Caches one access token per organization, with at most one renewal in flight for each. Failures are not cached. */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { corpOf, supply, clock, timeoutMs, onEarlyRefreshFailed } = options;
  const entries = new LRUCache<string, Entry>({ max: maxOrganizations });
  const renewals = new Map<string, Promise<TimedToken | undefined>>();

  const keyOf = (corpId: string | undefined): string => corpOf(corpId) ?? '';

  async function run(
    corpId: string | undefined,
    work: TokenSupply['renew'],
  ): Promise<TimedToken | undefined> {
    // Its own deadline, not a caller's: a caller that leaves must not end the renewal for the others.
    using deadline = new Deadline(clock, timeoutMs);
    // The work may hang where the deadline does not reach it: the renewal ends anyway, and the next one can start.
    const token = await whileWaiting(work(corpId, deadline), deadline.signal);
    if (token) entries.set(corpId ?? '', { token, corpId, renewAtMs: token.renewAtMs });
    return token;
  }

  function renew(corpId: string | undefined, work: TokenSupply['renew']): Promise<TimedToken | undefined> {
    const key = keyOf(corpId);
    const renewal = run(corpOf(corpId), work).finally(() => renewals.delete(key));
    renewals.set(key, renewal);
    return renewal;
  }

  async function obtain(corpId: string | undefined, refused?: AccessToken): Promise<TimedToken> {
    for (;;) {
      // All wait for the same promise, and so go on in the order in which they came.
      const token = await (renewals.get(keyOf(corpId)) ??
        renew(corpId, (corp, deadline) => supply.obtain(corp, deadline, refused)));
      if (token) return token;
    }
  }

  function valid(corpId: string | undefined): Entry | undefined {
    const entry = entries.get(keyOf(corpId));
    return entry && clock.nowMs() < entry.token.expiresAtMs ? entry : undefined;
  }

  function renewEarly(corpId: string | undefined, entry: Entry): void {
    entry.renewAtMs = clock.nowMs() + earlyRetryMs;
    if (renewals.has(keyOf(corpId))) return;
    renew(corpId, (corp, deadline) => supply.renew(corp, deadline)).catch(onEarlyRefreshFailed);
  }

  return {
    async get(corpId, signal) {
      const entry = valid(corpId);
      if (!entry) return whileWaiting(obtain(corpId), signal);
      if (clock.nowMs() >= entry.renewAtMs) renewEarly(corpId, entry);
      return entry.token;
    },
    latest: (corpId) => valid(corpId)?.token,
    async replace(stale, corpId, signal) {
      const key = keyOf(corpId);
      const entry = entries.get(key);
      if (entry && entry.token !== stale) return entry.token;
      // Calls that need a token meanwhile wait for the next one.
      entries.delete(key);
      const next = obtain(corpId, stale);
      // One id that DingTalk answers so must not take away a token that works for all others.
      if (entry) next.catch(() => entries.has(key) || entries.set(key, entry));
      return whileWaiting(next, signal);
    },
    hasValid: () => [...entries.values()].some(({ token }) => clock.nowMs() < token.expiresAtMs),
    ages: () => {
      const nowMs = clock.nowMs();
      return [...entries.values()].map(({ token, corpId }) => ({ corpId, ageMs: nowMs - token.fetchedAtMs }));
    },
  };
}
