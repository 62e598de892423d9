import { answerById, errorsById } from './answer-by-id.ts';
import { emptyAnswer, errcodeAnswer, htmlAnswer, successAnswer } from './answer.ts';
import { demoSpace, type SandboxSpace } from './demo-space.ts';
import { documentedErrors, documentedStorageErrors } from './documented-errors.ts';

/** The same space as in the example of the conversation API. */
const exampleSpace = {
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

/** `GET /v1.0/storage/spaces/{spaceId}?unionId=`: a space by its id. */
export const answerStorageSpace = answerById({
  idOf: ({ params }) => params['spaceId'],
  withoutId: 'paramError',
  unknownId: 'spaceNotExist',
  demoPrefix: 'space.demo.',
  demoBody: (id, corpId) => spaceBody(id, demoSpace(id, corpId)),
  fixed: new Map([
    ...errorsById('space.', [...documentedErrors, ...documentedStorageErrors]),
    ['798xxxxx', () => successAnswer(spaceBody('798xxxxx', exampleSpace))],
    ['space.noSpace', () => successAnswer({})],
    ['space.502', () => emptyAnswer(502)],
    ['space.html', () => htmlAnswer(200)],
    ['space.errcode', () => errcodeAnswer()],
  ]),
});

/** The storage API writes `id` where the conversation API writes `spaceId`, and has more fields. */
function spaceBody(id: string, space: Omit<SandboxSpace, 'spaceId'>): object {
  const { corpId, createTime, modifiedTime } = space;
  const usage = { quota: 107_374_182_400, usedQuota: 0, status: 'NORMAL' };
  return { space: { id, corpId, createTime, modifiedTime, ownerType: 'APP', ...usage } };
}
