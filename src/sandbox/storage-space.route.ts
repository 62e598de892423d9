import { admitAppCall } from './admit-app-call.ts';
import { emptyAnswer, errcodeAnswer, errorAnswer, htmlAnswer, successAnswer, type Answer } from './answer.ts';
import { demoSpace, type SandboxSpace } from './demo-space.ts';
import { documentedErrors, documentedStorageErrors } from './documented-errors.ts';
import type { RoutedCall, SandboxState } from './sandbox-route.ts';

/** `GET /v1.0/storage/spaces/{spaceId}?unionId=`: a space by its id. */
export function answerStorageSpace({ call, params }: RoutedCall, state: SandboxState): Answer {
  const admission = admitAppCall(call, state);
  if ('refusal' in admission) return admission.refusal;
  const { spaceId = '' } = params;
  if (spaceId === '') return errorAnswer('paramError');
  if (state.rules.isDenied(admission.unionId, spaceId)) return errorAnswer('permissionDenied');
  return spaceAnswer(spaceId, admission.grant.corpId);
}

const demoPrefix = 'space.demo.';

/** The same space as in the example of the conversation API. */
const exampleSpace = {
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

const answers = new Map<string, () => Answer>([
  ...[...documentedErrors, ...documentedStorageErrors].map(
    ({ code }) => [`space.${code}`, () => errorAnswer(code)] as const,
  ),
  ['798xxxxx', () => successAnswer(spaceBody('798xxxxx', exampleSpace))],
  ['space.noSpace', () => successAnswer({})],
  ['space.502', () => emptyAnswer(502)],
  ['space.html', () => htmlAnswer(200)],
  ['space.errcode', () => errcodeAnswer()],
]);

function spaceAnswer(spaceId: string, corpId: string): Answer {
  if (spaceId.startsWith(demoPrefix) && spaceId.length > demoPrefix.length) {
    return successAnswer(spaceBody(spaceId, demoSpace(spaceId, corpId)));
  }
  return answers.get(spaceId)?.() ?? errorAnswer('spaceNotExist');
}

/** The storage API writes `id` where the conversation API writes `spaceId`, and has more fields. */
function spaceBody(id: string, space: Omit<SandboxSpace, 'spaceId'>): object {
  const { corpId, createTime, modifiedTime } = space;
  const usage = { quota: 107_374_182_400, usedQuota: 0, status: 'NORMAL' };
  return { space: { id, corpId, createTime, modifiedTime, ownerType: 'APP', ...usage } };
}
