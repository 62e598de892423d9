import type { Answer } from '../answer.ts';
import { bodyField } from '../sandbox-call.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';
import { legacyError, legacySuccess, refuseLegacyToken } from './legacy-answer.ts';

/** `POST /topapi/user/getbyunionid`: the userid of a member of the organization. */
export function answerByUnionId(routed: RoutedCall, state: SandboxState): Answer {
  const refusal = refuseLegacyToken(routed, state);
  if (refusal) return refusal;
  const unionId = bodyField(routed.call, 'unionid');
  const isMember = state.users.some((user) => user.unionId === unionId);
  return isMember ? legacySuccess({ contact_type: 0, userid: `user-${unionId}` }) : legacyError(60121);
}
