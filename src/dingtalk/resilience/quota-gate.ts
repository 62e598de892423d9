import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';
import type { Gate } from '../compose.ts';

const closedMs = 10 * 60_000;
/** After a probe that left open whether the quota is spent. */
const unclearMs = 10_000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 10_000;

interface Closed {
  readonly details: DingTalkErrorDetails;
  readonly untilMs: number;
}

export interface QuotaGate extends Gate {
  /** The organizations whose quota is spent, as far as is known; undefined: the one of the application itself. */
  spent(): readonly (string | undefined)[];
}

/**
 * Refuses calls for an organization whose monthly quota is spent, with the details of DingTalk's refusal. One call every
 * ten minutes is let through as a probe.
 */
export function createQuotaGate(clock: Clock): QuotaGate {
  const closed = new LRUCache<string, Closed>({ max: maxOrganizations });

  const close = (corpId: string, details: DingTalkErrorDetails, forMs = closedMs): void =>
    void closed.set(corpId, { details, untilMs: clock.nowMs() + forMs });

  function check({ corpId = '' }: { readonly corpId: string | undefined }): Closed | undefined {
    const known = closed.get(corpId);
    if (known && clock.nowMs() < known.untilMs) throw new NotSentError('quota-exhausted', known.details);
    return known;
  }

  return {
    check,
    spent: () => Array.from(closed.keys(), (corpId) => (corpId === '' ? undefined : corpId)),
    async step(call, next) {
      const { corpId = '' } = call;
      const known = check(call);
      // Closed until the probe has ended: there is one at a time.
      if (known) close(corpId, known.details);
      try {
        const answer = await next(call);
        closed.delete(corpId);
        return answer;
      } catch (error) {
        if (isSpent(error)) close(corpId, error.details);
        else if (known && error instanceof NotSentError) closed.set(corpId, known);
        else if (isServed(error)) closed.delete(corpId);
        // Whether the quota is spent is still open: the next probe may be soon.
        else if (known) close(corpId, known.details, unclearMs);
        throw error;
      }
    },
  };
}

const isSpent = (error: unknown): error is DingTalkError =>
  error instanceof DingTalkError && error.kind === 'quota-exhausted';

/** DingTalk refuses an operation only after it has counted the call. */
const isServed = (error: unknown): boolean =>
  error instanceof DingTalkError && error.details.status !== undefined && !kinds[error.kind].passing;
