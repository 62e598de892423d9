import { DingTalkError } from '../errors/dingtalk-error.ts';
import { publicError } from '../errors/public-error.ts';
import { kinds } from '../errors/kinds.ts';
import { identityUnavailable, refusedBearer } from './credential-headers.ts';

/** Whether DingTalk refused the person's token. */
export const isRefusedToken = (error: unknown): boolean =>
  error instanceof DingTalkError && (error.kind === 'stale-token' || error.kind === 'bad-argument');

/** The public error of a failed `users/me` call: only a refusal of the token is a 401. Returns other errors unchanged. */
export function toIdentityError(error: unknown): unknown {
  if (!(error instanceof DingTalkError)) return error;
  if (isRefusedToken(error)) {
    return refusedBearer('Your DingTalk token is not valid or has expired: sign in to DingTalk again.');
  }
  if (kinds[error.kind].passing) return identityUnavailable(error, error.details.retryAfterMs);
  // The application may not call `users/me`: the gateway's operator has to act, not the person.
  const { code, message } = kinds[error.kind === 'quota-exhausted' ? error.kind : 'misconfigured'];
  return publicError(code, message, { httpStatus: 503, cause: error });
}
