import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from '../../errors/dingtalk-error.ts';

const shortestMs = 1000;
const longestMs = 30_000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

/** Holds back token calls that DingTalk has just refused. */
export interface TokenRefusals {
  /** @throws {NotSentError} `misconfigured`, with what DingTalk said, while the refusal of that ticket is remembered. */
  check(corpId: string | undefined, ticket: string | undefined): void;
  /** Notes how a call ended. Passing failures change nothing. */
  note(corpId: string | undefined, ticket: string | undefined, failure?: unknown): void;
}

interface Refusal {
  readonly said: DingTalkErrorDetails;
  readonly ticket: string | undefined;
  readonly waitMs: number;
  readonly untilMs: number;
}

/** Remembers a refusal for a second, and twice as long after each further one, up to 30 s. */
export function createTokenRefusals(clock: Clock): TokenRefusals {
  const refusals = new LRUCache<string, Refusal>({ max: maxOrganizations });

  /** With a new ticket the call is another one. */
  function find(corpId: string, ticket: string | undefined): Refusal | undefined {
    const known = refusals.get(corpId);
    return known?.ticket === ticket ? known : undefined;
  }

  return {
    check(corpId = '', ticket) {
      const known = find(corpId, ticket);
      if (known && clock.nowMs() < known.untilMs) throw new NotSentError('misconfigured', known.said);
    },
    note(corpId = '', ticket, failure) {
      if (failure === undefined) refusals.delete(corpId);
      if (!isRefusal(failure)) return;
      const lastMs = find(corpId, ticket)?.waitMs ?? 0;
      const waitMs = Math.min(longestMs, Math.max(shortestMs, lastMs * 2));
      refusals.set(corpId, { said: failure.details, ticket, waitMs, untilMs: clock.nowMs() + waitMs });
    },
  };
}

const isRefusal = (failure: unknown): failure is DingTalkError =>
  failure instanceof DingTalkError && failure.kind === 'misconfigured';
