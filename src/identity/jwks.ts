import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../async/clock.ts';
import { Deadline } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';

const cachedMs = 10 * 60_000;
/** The shortest time between two fetches because of unknown keys. */
const cooldownMs = 30_000;
/** The shortest time between a failed fetch and the next one. */
const failedMs = 5000;
const maxBytes = 256 * 1024;

interface JwksOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** For one fetch, body included. */
  readonly timeoutMs: number;
}

interface Failure {
  readonly error: IdentitySourceError;
  readonly untilMs: number;
}

interface HeldKeys {
  readonly find: JWTVerifyGetKey;
  readonly untilMs: number;
}

/**
 * Caches the issuer's published keys for ten minutes. An unknown key causes another fetch, because the issuer may have
 * rotated its keys: at once the first time, then at most every 30 s. After a failed fetch there is none for 5 s.
 *
 * The returned function throws jose's own errors when no key matches, and {@link IdentitySourceError} when the latest
 * fetch failed.
 */
export function createJwks({ url, clock, timeoutMs }: JwksOptions): JWTVerifyGetKey {
  let held: HeldKeys | undefined;
  let loading: Promise<HeldKeys> | undefined;
  /** Of the latest fetch, if it failed. */
  let failure: Failure | undefined;
  let refetchAllowedAtMs = 0;

  async function load(): Promise<HeldKeys> {
    // Its own deadline, not a caller's: several requests share one fetch.
    using deadline = new Deadline(clock, timeoutMs);
    try {
      const keySet = await fetchKeySet(url, deadline);
      // Some issuers briefly publish no keys during a rotation: keep the old ones.
      if (keySet.keys.length === 0) throw new Error('the key set is empty');
      const find = createLocalJWKSet(keySet);
      held = { find, untilMs: clock.nowMs() + cachedMs };
      failure = undefined;
      return held;
    } catch (cause) {
      const error = new IdentitySourceError(`cannot fetch the issuer's keys: ${reasonOf(cause)}`);
      failure = { error, untilMs: clock.nowMs() + failedMs };
      throw error;
    } finally {
      loading = undefined;
    }
  }

  async function loadOnce(): Promise<HeldKeys> {
    if (failure && clock.nowMs() < failure.untilMs) throw failure.error;
    return (loading ??= load());
  }

  return async (header, token) => {
    const known = held && clock.nowMs() < held.untilMs ? held : undefined;
    const keys = known ?? (await loadOnce());
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || known === undefined) throw error;
      if (!loading && clock.nowMs() < refetchAllowedAtMs) throw failure?.error ?? error;
    }
    // Counted from the start of the fetch, whether it succeeds or not.
    if (!loading) refetchAllowedAtMs = clock.nowMs() + cooldownMs;
    const newer = await loadOnce();
    return newer.find(header, token);
  };
}

async function fetchKeySet(url: URL, { signal }: Deadline): Promise<JSONWebKeySet> {
  // fetch accepts only Node's own signals.
  const fetching = new AbortController();
  signal.addEventListener('abort', () => fetching.abort(signal.reason));
  const response = await fetch(url, {
    signal: fetching.signal,
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`the answer has the status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JSONWebKeySet;
}

/** A short reason for the log: fetch hides the network's code in `cause`. */
function reasonOf(error: unknown): string {
  if (error instanceof DingTalkError) return 'no answer in time';
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
