import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import type { Tracer } from '../../domain/tracer.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import type { Step } from '../compose.ts';

/**
 * Reports each attempt before it is sent, and each call that was sent when it ends. An attempt is a span of its lookup;
 * `tracer` is for calls that no lookup makes.
 */
export const createCallEvents =
  (observer: Observer, clock: Clock, tracer?: Tracer): Step =>
  async (call, next) => {
    const { api, corpId, spans } = call;
    call.onAttempt?.();
    const sentAtMs = clock.nowMs();
    const span = spans ? spans[0]?.call(call) : tracer?.ownCall(call);
    const ended = (outcome: CallOutcome): void =>
      observer.callEnded({ api, corpId, ms: clock.nowMs() - sentAtMs, ...outcome });
    try {
      const answer = await next(call);
      ended({ code: 'ok', documented: false });
      span?.end({ code: 'ok', status: 200 });
      return answer;
    } catch (failure) {
      const outcome = outcomeOf(failure);
      if (!(failure instanceof NotSentError)) ended(outcome);
      span?.end({ code: outcome.code, status: statusOf(failure) });
      throw failure;
    }
  };

interface CallOutcome {
  readonly code: string;
  readonly documented: boolean;
}

const statusOf = (failure: unknown): number | undefined =>
  failure instanceof DingTalkError ? failure.details.status : undefined;

/** One of a closed set, whatever DingTalk writes. */
function outcomeOf(failure: unknown): CallOutcome {
  // No waiter was left for the answer.
  if (!(failure instanceof DingTalkError)) return { code: 'aborted', documented: false };
  const { code, documented } = failure.details;
  return code !== undefined && documented ? { code, documented } : { code: failure.kind, documented: false };
}
