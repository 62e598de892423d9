import type { Observer } from '../../domain/observer.ts';
import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';
import { errorCatalogue } from './documented-codes.ts';

/** Tells `observer` how a call ended, unless it was not sent. */
export function noteCall(
  observer: Observer,
  about: { readonly api: string; readonly corpId: string | undefined },
  failure?: unknown,
): void {
  if (!(failure instanceof NotSentError)) observer.callEnded({ ...about, code: codeOf(failure) });
}

/** From a closed set, whatever DingTalk writes. */
function codeOf(failure: unknown): string {
  if (failure === undefined) return 'ok';
  // Nobody waited for the answer any more.
  if (!(failure instanceof DingTalkError)) return 'aborted';
  const { code } = failure.details;
  return code !== undefined && Object.hasOwn(errorCatalogue, code) ? code : failure.kind;
}
