import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock.ts';
import { startDeadline, type Deadline } from '../dingtalk/deadline.ts';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import { IdentitySourceError } from './identity-source-error.ts';

const keptMs = 10 * 60_000;
/** How often keys that nobody knows may make the issuer be asked again. */
const cooldownMs = 30_000;
const maxBytes = 256 * 1024;

interface JwksOptions {
  readonly url: URL;
  readonly clock: Clock;
  /** For one fetch, from the first byte out to the last byte in. */
  readonly timeoutMs: number;
}

interface HeldKeys {
  readonly find: JWTVerifyGetKey;
  readonly untilMs: number;
}

/**
 * The issuer's published keys, kept for ten minutes. A key that is not among them makes them be fetched
 * again, for the issuer may have changed them: at once the first time, then every 30 s at most.
 *
 * The returned function throws jose's own errors where no key fits, {@link IdentitySourceError} where there are none.
 */
export function createJwks({ url, clock, timeoutMs }: JwksOptions): JWTVerifyGetKey {
  let held: HeldKeys | undefined;
  let loading: Promise<HeldKeys> | undefined;
  let lookAgainAtMs = 0;

  async function load(): Promise<HeldKeys> {
    // Its own deadline, not a caller's: whoever leaves must not take the keys away from the others.
    using deadline = startDeadline(clock, timeoutMs);
    try {
      const find = createLocalJWKSet(await fetchKeySet(url, deadline));
      held = { find, untilMs: clock.nowMs() + keptMs };
      return held;
    } catch (error) {
      throw new IdentitySourceError(`the issuer's keys cannot be had: ${reasonOf(error)}`);
    } finally {
      loading = undefined;
    }
  }

  return async (header, token) => {
    const known = held && clock.nowMs() < held.untilMs ? held : undefined;
    const keys = known ?? (await (loading ??= load()));
    try {
      return await keys.find(header, token);
    } catch (error) {
      const mayLookAgain = known !== undefined && clock.nowMs() >= lookAgainAtMs;
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayLookAgain) throw error;
    }
    const newer = await (loading ??= load());
    lookAgainAtMs = clock.nowMs() + cooldownMs;
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
