import type { Clock } from '../../async/clock.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import type { Gate } from '../compose.ts';
import type { CircuitBreaker, Outcome } from './circuit-breaker.ts';

/** A timeout counts as a failure only if the attempt had at least this share of the whole deadline. */
const fairShare = 0.3;

/** Stops calls while the breaker is open, and reports the outcomes of the others to it. */
export function createBreakerGate(breaker: CircuitBreaker, clock: Clock, timeoutMs: number): Gate {
  function outcomeOf(error: unknown, startedAtMs: number): Outcome {
    if (!(error instanceof DingTalkError)) return 'unknown';
    const { status, deadConnection, atProxy } = error.details;
    if (status !== undefined) return status >= 500 ? 'failure' : 'success';
    // A restart leaves dead connections behind: the replay over a new one shows how DingTalk is.
    // A proxy that refuses one call refuses all: asked for each, it may lock the account.
    if (error.kind === 'misconfigured' && atProxy === true) return 'failure';
    if (error.kind === 'unavailable') return deadConnection === true ? 'unknown' : 'failure';
    const hadItsShare = clock.nowMs() - startedAtMs >= timeoutMs * fairShare;
    return error.kind === 'timeout' && hadItsShare ? 'failure' : 'unknown';
  }

  return {
    check: ({ about }) => breaker.check(about),
    async step(call, next) {
      const end = breaker.enter(call.about);
      const startedAtMs = clock.nowMs();
      try {
        const answer = await next(call);
        end('success');
        return answer;
      } catch (error) {
        end(outcomeOf(error, startedAtMs));
        throw error;
      }
    },
  };
}
