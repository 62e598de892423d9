import { isNativeError } from 'node:util/types';
import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import type { ForwardProxy } from '../domain/forward-proxy.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { createConnections } from '../outbound/connections.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import type { KeySet } from './key-set.ts';

const cachedMs = 10 * 60_000;
/** The shortest time between two fetches for the same {@link Doubt}. */
const cooldownMs = 30_000;
/** The shortest time between a failed fetch and the next one. */
const failedMs = 5000;

/** Why the held keys may be out of date: no key fits a token, or its signature is of none of those that fit. */
export type Doubt = 'unknown-key' | 'wrong-signature';

/** Where the keys come from that verify tokens. */
export interface KeySource {
  /** The keys to use; undefined: they have to be loaded. */
  readonly held: KeySet | undefined;
  /** @throws {IdentitySourceError} when no keys can be had right now. */
  load(): Promise<KeySet>;
  /**
   * Keys that may have replaced `known`; undefined during the cooldown.
   *
   * @throws {IdentitySourceError} when the latest fetch failed.
   */
  newerThan(known: KeySet, doubt: Doubt): Promise<KeySet | undefined>;
}

/** Keys that never change. */
export const fixedKeys = (keys: KeySet): KeySource => ({
  held: keys,
  load: async () => keys,
  newerThan: async () => undefined,
});

interface JwksOptions {
  readonly url: URL;
  readonly proxy?: ForwardProxy | undefined;
  readonly clock: Clock;
  /** For one fetch, body included. */
  readonly timeoutMs: number;
  /** Called with every fetched set. */
  readonly onFetched: (keys: KeySet) => void;
}

interface Failure {
  readonly error: IdentitySourceError;
  readonly untilMs: number;
}

/**
 * Caches the issuer's published keys for ten minutes. A doubt causes another fetch, because the issuer may have rotated its
 * keys: at once the first time, then at most every 30 s. Each kind of doubt has its own cooldown, so that tokens with
 * unknown keys do not delay the replacement of a known one. After a failed fetch there is none for 5 s.
 */
export function createJwks({ url, proxy, clock, timeoutMs, onFetched }: JwksOptions): KeySource {
  const connections = createConnections(url, clock, proxy);
  let latest: { readonly keys: KeySet; readonly untilMs: number } | undefined;
  let loading: Promise<KeySet> | undefined;
  /** Of the latest fetch, if it failed. */
  let failure: Failure | undefined;
  const fetchAllowedAtMs: Record<Doubt, number> = { 'unknown-key': 0, 'wrong-signature': 0 };

  const heldKeys = (): KeySet | undefined =>
    latest && clock.nowMs() < latest.untilMs ? latest.keys : undefined;

  async function fetchKeys(): Promise<KeySet> {
    // Its own deadline, not a caller's: several requests share one fetch.
    using deadline = new Deadline(clock, timeoutMs);
    try {
      const keys = await fetchKeySet(connections, url, deadline);
      onFetched(keys);
      // Some issuers briefly publish no keys during a rotation: keep the old ones.
      if (keys.size === 0) throw new Error(['the key set has no usable key', ...keys.problems].join(', '));
      latest = { keys, untilMs: clock.nowMs() + cachedMs };
      failure = undefined;
      return keys;
    } catch (cause) {
      const error = new IdentitySourceError(`cannot fetch the issuer's keys: ${reasonOf(cause)}`);
      failure = { error, untilMs: clock.nowMs() + failedMs };
      throw error;
    } finally {
      loading = undefined;
    }
  }

  async function load(): Promise<KeySet> {
    if (failure && clock.nowMs() < failure.untilMs) throw failure.error;
    return (loading ??= fetchKeys());
  }

  return {
    get held() {
      return heldKeys();
    },
    load,
    async newerThan(known, doubt) {
      const held = heldKeys();
      if (held !== undefined && held !== known) return held;
      if (loading) return loading;
      const nowMs = clock.nowMs();
      if (failure && nowMs < Math.max(failure.untilMs, fetchAllowedAtMs[doubt])) throw failure.error;
      if (nowMs < fetchAllowedAtMs[doubt]) return undefined;
      // Counted from the start of the fetch, whether it succeeds or not.
      fetchAllowedAtMs[doubt] = nowMs + cooldownMs;
      return load();
    },
  };
}

/** A short reason for the log. */
function reasonOf(error: unknown): string {
  if (error instanceof DingTalkError) return 'no answer in time';
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  if (!isNativeError(error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.message;
}
