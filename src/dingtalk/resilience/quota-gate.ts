import { LRUCache } from 'lru-cache';
import type { Clock } from '../../async/clock.ts';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from '../../errors/dingtalk-error.ts';
import { kinds } from '../../errors/kinds.ts';

const closedMs = 10 * 60_000;
/** After a try that told nothing. */
const unclearMs = 10_000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

/** Keeps calls for organizations back whose monthly quota is spent. */
export interface QuotaGate {
  /** @throws {NotSentError} `quota-exhausted`, with what DingTalk said, where {@link enter} would right now. */
  check(corpId: string | undefined): void;
  /**
   * Lets a call for `corpId` in, unless its quota is known to be spent: then one every ten minutes, to see. The
   * returned function must be told what the call failed with, if it did.
   *
   * @throws {NotSentError} `quota-exhausted`, with what DingTalk said.
   */
  enter(corpId: string | undefined): (failure?: unknown) => void;
}

interface Closed {
  readonly said: DingTalkErrorDetails;
  readonly tryAgainAtMs: number;
}

export function createQuotaGate(clock: Clock): QuotaGate {
  const closed = new LRUCache<string, Closed>({ max: maxOrganizations });

  function check(corpId = ''): void {
    const known = closed.get(corpId);
    if (known && clock.nowMs() < known.tryAgainAtMs) throw new NotSentError('quota-exhausted', known.said);
  }

  const close = (corpId: string, said: DingTalkErrorDetails, forMs = closedMs): void =>
    void closed.set(corpId, { said, tryAgainAtMs: clock.nowMs() + forMs });

  return {
    check,
    enter(corpId = '') {
      check(corpId);
      const known = closed.get(corpId);
      // Closed again before the answer is known: nobody else is to try meanwhile.
      if (known) close(corpId, known.said);
      return (failure) => {
        if (isSpent(failure)) close(corpId, failure.details);
        else if (known && failure instanceof NotSentError) closed.set(corpId, known);
        else if (failure === undefined || isServed(failure)) closed.delete(corpId);
        // It told nothing of the quota: others may try soon.
        else if (known) close(corpId, known.said, unclearMs);
      };
    },
  };
}

const isSpent = (error: unknown): error is DingTalkError =>
  error instanceof DingTalkError && error.kind === 'quota-exhausted';

/** DingTalk refuses what was asked for only where the quota is not spent. */
const isServed = (error: unknown): boolean =>
  error instanceof DingTalkError && error.details.status !== undefined && !kinds[error.kind].passing;
