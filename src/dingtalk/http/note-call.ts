import type { Observer } from '../../domain/observer.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';

/** Reports how a call ended, unless it was not sent. */
export function noteCall(
  observer: Observer,
  about: { readonly api: string; readonly corpId: string | undefined },
  failure?: unknown,
): void {
  if (!(failure instanceof NotSentError)) observer.callEnded({ ...about, ...outcomeOf(failure) });
}

function outcomeOf(failure: unknown): { readonly code: string; readonly documented: boolean } {
  if (failure === undefined) return { code: 'ok', documented: false };
  // No waiter was left for the answer.
  if (!(failure instanceof DingTalkError)) return { code: 'aborted', documented: false };
  const { code, documented } = failure.details;
  return code !== undefined && documented ? { code, documented } : { code: failure.kind, documented: false };
}
