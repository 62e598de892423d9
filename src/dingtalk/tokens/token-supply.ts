import type { Clock } from '../../async/clock.ts';
import type { Deadline } from '../../async/deadline.ts';
import type { FetchedToken, TokenSource } from './token-endpoint.ts';

/** At this share of its life a token is renewed while it still works. */
const refreshAtShare = 0.8;

/** One token as it was fetched. Fetched anew it is another one, even where DingTalk gives the same text again. */
export interface AccessToken {
  readonly value: string;
}

/** A token with its times on the clock of this process. */
export interface TimedToken extends AccessToken {
  readonly fetchedAtMs: number;
  readonly refreshAtMs: number;
  readonly expiresAtMs: number;
}

/** Where the tokens of this process come from: from DingTalk, or from a replica that has asked already. */
export interface TokenSupply {
  /**
   * A token of `corpId`, of another fetch than `refused` was.
   *
   * @throws {DingTalkError} when none can be had, or what `deadline` is aborted with.
   */
  obtain(corpId: string | undefined, deadline: Deadline, refused?: AccessToken): Promise<TimedToken>;
  /** A token with most of its life before it, or undefined while a replica fetches one. Throws like `obtain`. */
  renew(corpId: string | undefined, deadline: Deadline): Promise<TimedToken | undefined>;
}

/** Asks DingTalk every time. */
export function createOwnTokens(source: TokenSource, clock: Clock): TokenSupply {
  async function fetch(corpId: string | undefined, deadline: Deadline): Promise<TimedToken> {
    // Life counts from before the request, so that the answer's way back shortens it rather than lengthens it.
    const askedAtMs = clock.nowMs();
    return timed(await source.fetch(corpId, deadline), askedAtMs);
  }
  return { obtain: fetch, renew: fetch };
}

export function timed({ token, lifeMs }: FetchedToken, fetchedAtMs: number): TimedToken {
  return {
    value: token,
    fetchedAtMs,
    refreshAtMs: fetchedAtMs + lifeMs * refreshAtShare,
    expiresAtMs: fetchedAtMs + lifeMs,
  };
}
