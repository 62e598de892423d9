import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from '../../errors/dingtalk-error.ts';
import { maxOrganizations } from './corp-of.ts';

const shortestMs = 1000;
const longestMs = 30_000;

interface Refusal {
  readonly details: DingTalkErrorDetails;
  readonly ticket: string;
  readonly waitMs: number;
  readonly untilMs: number;
}

/** Runs `fetch`, or throws the cached refusal of the same organization and ticket as a `NotSentError`. */
type UnlessRefused = <T>(corpId: string, ticket: string, fetch: () => Promise<T>) => Promise<T>;

/** Caches what `fetch` throws as `misconfigured`: for a second, and twice as long after each further one, up to 30 s. */
export function createTokenRefusals(clock: Clock): UnlessRefused {
  const refusals = new LRUCache<string, Refusal>({ max: maxOrganizations });

  return async (corpId, ticket, fetch) => {
    const cached = refusals.get(corpId);
    const known = cached?.ticket === ticket ? cached : undefined;
    if (known && clock.nowMs() < known.untilMs) throw new NotSentError('misconfigured', known.details);
    try {
      const answer = await fetch();
      refusals.delete(corpId);
      return answer;
    } catch (error) {
      if (error instanceof DingTalkError && error.kind === 'misconfigured') {
        const waitMs = Math.min(longestMs, Math.max(shortestMs, (known?.waitMs ?? 0) * 2));
        refusals.set(corpId, { details: error.details, ticket, waitMs, untilMs: clock.nowMs() + waitMs });
      }
      throw error;
    }
  };
}
