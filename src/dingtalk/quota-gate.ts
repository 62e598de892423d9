import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import { DingTalkError, NotSentError, type DingTalkErrorDetails } from './dingtalk-error.ts';

const closedMs = 10 * 60_000;
/** Far above the organizations that one gateway serves; a bound all the same. */
const maxOrganizations = 1000;

/** Keeps calls for organizations back whose monthly quota is spent. */
export interface QuotaGate {
  /** @throws {NotSentError} `quota-exhausted`, with what DingTalk said, where {@link run} would right now. */
  check(corpId: string | undefined): void;
  /**
   * Makes a call for `corpId`, unless its quota is known to be spent: then one every ten minutes, to see.
   *
   * @throws {NotSentError} `quota-exhausted`, with what DingTalk said.
   */
  run<T>(corpId: string | undefined, call: () => Promise<T>): Promise<T>;
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

  const close = (corpId: string, said: DingTalkErrorDetails): void =>
    void closed.set(corpId, { said, tryAgainAtMs: clock.nowMs() + closedMs });

  return {
    check,
    async run(corpId = '', call) {
      check(corpId);
      const known = closed.get(corpId);
      // Closed again before the answer is known: nobody else is to try meanwhile.
      if (known) close(corpId, known.said);
      try {
        const answer = await call();
        closed.delete(corpId);
        return answer;
      } catch (error) {
        if (isSpent(error)) close(corpId, error.details);
        else if (known && error instanceof NotSentError) closed.set(corpId, known);
        else if (isServed(error)) closed.delete(corpId);
        throw error;
      }
    },
  };
}

const isSpent = (error: unknown): error is DingTalkError =>
  error instanceof DingTalkError && error.kind === 'quota-exhausted';

/** A refusal of what was asked for comes from behind the quota. */
const isServed = (error: unknown): boolean =>
  error instanceof DingTalkError && error.details.status !== undefined && !passing.has(error.kind);

const passing = new Set(['unavailable', 'timeout', 'rate-limited', 'ip-banned', 'malformed-response']);
