import { emptyAnswer, errcodeAnswer, errorAnswer, htmlAnswer, successAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { demoSpace } from './demo-space.ts';
import type { SandboxSpace } from './demo-space.ts';
import { documentedErrors, documentedStorageErrors } from './documented-errors.ts';

const DEMO_PREFIX = 'space.demo.';

const documented = {
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

/** A space as the storage API writes it: `id` where the lookup says `spaceId`, and much more beside. */
function storageBody(
  id: string,
  { corpId, createTime, modifiedTime }: Omit<SandboxSpace, 'spaceId'>,
): object {
  const usage = { quota: 107_374_182_400, usedQuota: 0, status: 'NORMAL' };
  return { space: { id, corpId, createTime, modifiedTime, ownerType: 'APP', ...usage } };
}

const answers = new Map<string, () => Answer>([
  ['798xxxxx', () => successAnswer(storageBody('798xxxxx', documented))],
  ['space.noSpace', () => successAnswer({})],
  ['space.502', () => emptyAnswer(502)],
  ['space.html', () => htmlAnswer(200)],
  ['space.errcode', () => errcodeAnswer()],
]);
for (const { code } of [...documentedErrors, ...documentedStorageErrors]) {
  answers.set(`space.${code}`, () => errorAnswer(code));
}

/** What the storage API answers for an id, case included; `corpId` is the organization that asks. */
export function storageSpaceAnswer(spaceId: string, corpId: string): Answer {
  if (spaceId.startsWith(DEMO_PREFIX) && spaceId.length > DEMO_PREFIX.length) {
    return successAnswer(storageBody(spaceId, demoSpace(spaceId, corpId)));
  }
  const answer = answers.get(spaceId);
  return answer === undefined ? errorAnswer('spaceNotExist') : answer();
}
