import { accessTokenOf } from './access-token-header.ts';
import { errorAnswer, successAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { sandboxCredentials, type SandboxUser } from './credentials.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** `GET /v1.0/contact/users/me`: the person behind a user's token; an app's token is none. */
export function answerUsersMe(call: SandboxCall, takeCall: RateLimit, users: readonly SandboxUser[]): Answer {
  const token = accessTokenOf(call);
  if (token === undefined) {
    return errorAnswer('AuthenticationFailed.MissingParameter');
  }
  const user = users.find((candidate) => candidate.accessToken === token);
  if (user === undefined) {
    return errorAnswer('InvalidAuthentication');
  }
  if (!takeCall(`${sandboxCredentials.appKey} ${call.api}`)) {
    return errorAnswer('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi');
  }
  return successAnswer({ unionId: user.unionId, nick: user.nick, openId: user.openId });
}
