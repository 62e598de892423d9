import type { Observer } from '../observer.ts';
import { DingTalkError, NotSentError } from './dingtalk-error.ts';
import { errorCatalogue } from './error-catalogue.ts';

/** Makes `call` and tells `observer` how it ended, unless it was not sent. */
export async function observeCall<T>(
  observer: Observer,
  about: { readonly api: string; readonly corpId: string | undefined },
  call: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await call();
    observer.callEnded({ ...about, code: 'ok' });
    return answer;
  } catch (error) {
    if (!(error instanceof NotSentError)) observer.callEnded({ ...about, code: codeOf(error) });
    throw error;
  }
}

/** From a closed set, whatever DingTalk writes. */
function codeOf(error: unknown): string {
  // Nobody waited for the answer any more.
  if (!(error instanceof DingTalkError)) return 'aborted';
  const { code } = error.details;
  return code !== undefined && Object.hasOwn(errorCatalogue, code) ? code : error.kind;
}
