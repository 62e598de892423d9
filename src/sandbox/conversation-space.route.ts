import type { AccessRules } from './access-rules.ts';
import { admitAppCall } from './admit-app-call.ts';
import type { AdmissionDeps } from './admit-app-call.ts';
import { errorAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { bodyField } from './body-field.ts';
import type { SandboxCall } from './sandbox-call.ts';
import { spaceAnswer } from './spaces.ts';

/** What the lookup stands on. */
export interface ConversationSpaceDeps extends AdmissionDeps {
  readonly rules: AccessRules;
}

/** `POST /v1.0/convFile/conversations/spaces/query?unionId=`: the lookup. */
export function answerConversationSpace(call: SandboxCall, deps: ConversationSpaceDeps): Answer {
  const admission = admitAppCall(call, deps);
  if ('refusal' in admission) {
    return admission.refusal;
  }
  const openConversationId = bodyField(call.body, 'openConversationId');
  if (openConversationId === undefined) {
    return errorAnswer('paramError.conversationId');
  }
  if (deps.rules.isDenied(admission.unionId, openConversationId)) {
    return errorAnswer('permissionDenied');
  }
  return spaceAnswer(openConversationId, admission.grant.corpId);
}
