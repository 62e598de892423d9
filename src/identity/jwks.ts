import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../async/clock.ts';
import { startDeadline, type Deadline } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';

const keptMs = 10 * 60_000;
/** How often keys that nobody knows may make the issuer be asked again. */
const cooldownMs = 30_000;
/** How long an issuer that failed is left alone. */
const failedMs = 5000;
const maxBytes = 256 * 1024;

interface JwksOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** For one fetch, from the first byte out to the last byte in. */
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
 * The issuer's published keys, kept for ten minutes. A key that is not among them makes them be fetched
 * again, for the issuer may have changed them: at once the first time, then every 30 s at most. After a fetch that
 * failed there is no other one for 5 s.
 *
 * The returned function throws jose's own errors where no key fits, {@link IdentitySourceError} where that cannot be
 * known, for the latest fetch failed.
 */
export function createJwks({ url, clock, timeoutMs }: JwksOptions): JWTVerifyGetKey {
  let held: HeldKeys | undefined;
  let loading: Promise<HeldKeys> | undefined;
  /** How the latest fetch ended. */
  let failure: Failure | undefined;
  let lookAgainAtMs = 0;

  async function load(): Promise<HeldKeys> {
    // Its own deadline, not a caller's: whoever leaves must not take the keys away from the others.
    using deadline = startDeadline(clock, timeoutMs);
    try {
      const keySet = await fetchKeySet(url, deadline);
      // Between two sets of keys some issuers publish none: those that are held are better.
      if (keySet.keys.length === 0) throw new Error('the key set is empty');
      const find = createLocalJWKSet(keySet);
      held = { find, untilMs: clock.nowMs() + keptMs };
      failure = undefined;
      return held;
    } catch (cause) {
      const error = new IdentitySourceError(`the issuer's keys cannot be had: ${reasonOf(cause)}`);
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
      if (!loading && clock.nowMs() < lookAgainAtMs) throw failure?.error ?? error;
    }
    // From the attempt on, however it ends.
    if (!loading) lookAgainAtMs = clock.nowMs() + cooldownMs;
    const newer = await loadOnce();
    return newer.find(header, token);
  };
}

async function fetchKeySet(url: URL, { signal }: Deadline): Promise<JSONWebKeySet> {
  // fetch takes Node's own signals alone.
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

/** Enough for the log: fetch hides the network's own word one level down. */
function reasonOf(error: unknown): string {
  if (error instanceof DingTalkError) return 'no answer in time';
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
