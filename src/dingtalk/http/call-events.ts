import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import type { Step } from '../compose.ts';

/** Reports each attempt before it is sent, and each call that was sent when it ends. */
export const createCallEvents =
  (observer: Observer, clock: Clock): Step =>
  async (call, next) => {
    const { api, corpId } = call;
    call.onAttempt?.();
    const sentAtMs = clock.nowMs();
    const ended = (outcome: CallOutcome): void =>
      observer.callEnded({ api, corpId, ms: clock.nowMs() - sentAtMs, ...outcome });
    try {
      const answer = await next(call);
      ended({ code: 'ok', documented: false });
      return answer;
    } catch (failure) {
      if (!(failure instanceof NotSentError)) ended(outcomeOf(failure));
      throw failure;
    }
  };

interface CallOutcome {
  readonly code: string;
  readonly documented: boolean;
}

/** One of a closed set, whatever DingTalk writes. */
function outcomeOf(failure: unknown): CallOutcome {
  // No waiter was left for the answer.
  if (!(failure instanceof DingTalkError)) return { code: 'aborted', documented: false };
  const { code, documented } = failure.details;
  return code !== undefined && documented ? { code, documented } : { code: failure.kind, documented: false };
}
