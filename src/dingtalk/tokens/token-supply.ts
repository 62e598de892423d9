import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { AccessToken } from '../call.ts';
import type { TokenSource } from './token-endpoint.ts';
import type { FetchedToken } from './token-requests.ts';

/** After this share of its life a token is renewed, while it still works. */
const renewAtShare = 0.8;

/** A token with its times by the clock of this process. */
export interface TimedToken extends AccessToken {
  readonly fetchedAtMs: number;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** Where this process gets its tokens: from DingTalk, or from a replica that has already fetched one. */
export interface TokenSupply {
  /**
   * A token of `corpId`, of another fetch than `refused`.
   *
   * @throws {DingTalkError} when none can be had, or what `deadline` is aborted with.
   */
  obtain(corpId: string | undefined, deadline: Deadline, refused?: AccessToken): Promise<TimedToken>;
  /** A fresh token, or undefined while a replica fetches one. Throws like `obtain`. */
  renew(corpId: string | undefined, deadline: Deadline): Promise<TimedToken | undefined>;
}

/** Fetches every token from DingTalk. */
export function createDirectTokenSupply(source: TokenSource, clock: Clock): TokenSupply {
  async function fetch(corpId: string | undefined, deadline: Deadline): Promise<TimedToken> {
    // Life counts from before the request: too short rather than too long.
    const askedAtMs = clock.nowMs();
    return timed(await source.fetch(corpId, deadline), askedAtMs);
  }
  return { obtain: fetch, renew: fetch };
}

export function timed({ token, lifeMs }: FetchedToken, fetchedAtMs: number): TimedToken {
  return {
    value: token,
    fetchedAtMs,
    renewAtMs: fetchedAtMs + lifeMs * renewAtShare,
    expiresAtMs: fetchedAtMs + lifeMs,
  };
}
