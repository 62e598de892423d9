import type { AccessRules } from './access-rules.ts';
import { accessTokenOf } from './access-token-header.ts';
import type { AccessTokens } from './access-tokens.ts';
import { errorAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { bodyField } from './body-field.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SandboxCall } from './sandbox-call.ts';
import { spaceAnswer } from './spaces.ts';

/** What the lookup stands on. */
export interface ConversationSpaceDeps {
  readonly tokens: AccessTokens;
  readonly takeCall: RateLimit;
  readonly rules: AccessRules;
}

/** `POST /v1.0/convFile/conversations/spaces/query?unionId=`: the lookup. */
export function answerConversationSpace(call: SandboxCall, deps: ConversationSpaceDeps): Answer {
  const token = accessTokenOf(call);
  if (token === undefined) {
    return errorAnswer('AuthenticationFailed.MissingParameter');
  }
  const grant = deps.tokens.grantOf(token);
  if (grant === undefined) {
    return errorAnswer('InvalidAuthentication');
  }
  if (!deps.takeCall(`${grant.app} ${call.api}`)) {
    return errorAnswer('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi');
  }
  const unionId = call.query['unionId'];
  if (unionId === undefined || unionId === '') {
    return errorAnswer('paramError');
  }
  const openConversationId = bodyField(call.body, 'openConversationId');
  if (openConversationId === undefined) {
    return errorAnswer('paramError.conversationId');
  }
  if (deps.rules.isDenied(unionId, openConversationId)) {
    return errorAnswer('permissionDenied');
  }
  return spaceAnswer(openConversationId, grant.corpId);
}
