import { admitAppCall } from './admit-app-call.ts';
import {
  emptyAnswer,
  errcodeAnswer,
  errorAnswer,
  htmlAnswer,
  ipBanAnswer,
  successAnswer,
  type Answer,
} from './answer.ts';
import { demoSpace } from './demo-space.ts';
import { documentedErrors } from './documented-errors.ts';
import type { RoutedCall, SandboxState } from './sandbox-route.ts';
import { bodyField } from './sandbox-call.ts';

/** `POST /v1.0/convFile/conversations/spaces/query?unionId=`: the space of a group conversation. */
export function answerConversationSpace({ call }: RoutedCall, state: SandboxState): Answer {
  const admission = admitAppCall(call, state);
  if ('refusal' in admission) return admission.refusal;
  const openConversationId = bodyField(call, 'openConversationId');
  if (openConversationId === undefined) return errorAnswer('paramError.conversationId');
  if (state.rules.isDenied(admission.unionId, openConversationId)) return errorAnswer('permissionDenied');
  return spaceAnswer(openConversationId, admission.grant.corpId);
}

const demoPrefix = 'cid.demo.';

/** The example of DingTalk's API page. */
const exampleSpace = {
  spaceId: '798xxxxx',
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

const otherTimeForms = {
  ...exampleSpace,
  createTime: '2022-07-29T14:55Z',
  modifiedTime: 'Fri Mar 06 16:33:28 CST 2026',
};

const wrongTypes = {
  spaceId: 798,
  corpId: ['ding1234xxxxx'],
  createTime: 1_641_031_200_000,
  modifiedTime: {},
};

const answers = new Map<string, () => Answer>([
  ...documentedErrors.map(({ code }) => [`cid.${code}`, () => errorAnswer(code)] as const),
  ['cid9FTRQSLo+sKxxxx', () => successAnswer({ space: exampleSpace })],
  ['cid.shortTime', () => successAnswer({ space: otherTimeForms })],
  ['cid.badTime', () => successAnswer({ space: { ...exampleSpace, createTime: 'yesterday' } })],
  ['cid.wrongTypes', () => successAnswer({ space: wrongTypes })],
  ['cid.noSpace', () => successAnswer({})],
  ['cid.502', () => emptyAnswer(502)],
  ['cid.503', () => emptyAnswer(503)],
  ['cid.504', () => htmlAnswer(504)],
  ['cid.html', () => htmlAnswer(200)],
  ['cid.errcode', () => errcodeAnswer()],
  ['cid.ipBan', () => ipBanAnswer()],
]);

function spaceAnswer(openConversationId: string, corpId: string): Answer {
  if (openConversationId.startsWith(demoPrefix) && openConversationId.length > demoPrefix.length) {
    return successAnswer({ space: demoSpace(openConversationId, corpId) });
  }
  return answers.get(openConversationId)?.() ?? errorAnswer('conversationNotExist');
}
