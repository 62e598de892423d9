import { DingTalkError } from '../errors/dingtalk-error.ts';
import { publicError } from '../errors/public-error.ts';
import { toPublicFailure } from '../errors/kinds.ts';
import { identityUnavailable, refusedBearer } from './credential-headers.ts';

/** Whether DingTalk said that the person's token is none. */
export const isRefusedToken = (error: unknown): boolean =>
  error instanceof DingTalkError && (error.kind === 'stale-token' || error.kind === 'bad-argument');

/** What a client is told when DingTalk does not say whose token it is: only a refusal of the token is a 401. */
export function toIdentityError(error: unknown): unknown {
  if (!(error instanceof DingTalkError)) return error;
  if (isRefusedToken(error)) {
    return refusedBearer('Your DingTalk token is not valid or has expired: sign in to DingTalk again.');
  }
  switch (error.kind) {
    case 'unavailable':
    case 'timeout':
    case 'rate-limited':
    case 'ip-banned':
    case 'malformed-response':
      return identityUnavailable(error, error.details.retryAfterMs);
    default: {
      // The application may not read whose token it is: its operator has to act, not the person.
      const kind = error.kind === 'quota-exhausted' ? error.kind : 'misconfigured';
      const { message, extensions } = toPublicFailure(new DingTalkError(kind, error.details));
      return publicError(extensions.code, message, { httpStatus: 503, cause: error });
    }
  }
}
