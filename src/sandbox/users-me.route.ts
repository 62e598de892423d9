import { errorAnswer, successAnswer, type Answer } from './answer.ts';
import { sandboxCredentials } from './credentials.ts';
import type { RoutedCall, SandboxState } from './sandbox-route.ts';
import { accessTokenOf } from './sandbox-call.ts';

/** `GET /v1.0/contact/users/me`: the person that a user token belongs to; an app token is refused. */
export function answerUsersMe({ call }: RoutedCall, { takeCall, users }: SandboxState): Answer {
  const token = accessTokenOf(call);
  if (token === undefined) return errorAnswer('AuthenticationFailed.MissingParameter');
  const user = [...users, sandboxCredentials.outsider].find(({ accessToken }) => accessToken === token);
  if (user === undefined) return errorAnswer('InvalidAuthentication');
  if (!takeCall(`${sandboxCredentials.appKey} ${call.api}`)) {
    return errorAnswer('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi');
  }
  return successAnswer({ unionId: user.unionId, nick: user.nick, openId: user.openId });
}
