import type { Answer } from '../answer.ts';
import { sandboxCredentials } from '../credentials.ts';
import { bodyField } from '../sandbox-call.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';
import { legacyError, legacySuccess, refuseLegacyToken } from './legacy-answer.ts';
import { personOfCode } from './person-of-code.ts';

/** `POST /topapi/v2/user/getuserinfo`: whose code a page inside DingTalk has. */
export function answerUserInfo(routed: RoutedCall, state: SandboxState): Answer {
  const refusal = refuseLegacyToken(routed, state);
  if (refusal) return refusal;
  const person = personOfCode('auth', bodyField(routed.call, 'code'), state);
  if (!person) return legacyError(40078);
  const { unionId, nick } = person;
  if (unionId === sandboxCredentials.outsider.unionId) return legacyError(60121);
  const device = { device_id: 'sandbox-device', sys: false, sys_level: 0 };
  return legacySuccess({ userid: `user-${unionId}`, unionid: unionId, name: nick, ...device });
}
