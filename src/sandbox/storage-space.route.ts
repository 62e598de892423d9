import { answerById, errorsById } from './answer-by-id.ts';
import { emptyAnswer, errcodeAnswer, htmlAnswer, successAnswer } from './answer.ts';
import { demoSpaceById, isDemoSpace } from './demo-space.ts';
import { documentedErrors, documentedStorageErrors } from './documented-errors.ts';
import { spaceBody } from './space-body.ts';

/** The same space as in the example of the conversation API. */
const exampleSpace = {
  spaceId: '798xxxxx',
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

/** `GET /v1.0/storage/spaces/{spaceId}?unionId=`: a space by its id. */
export const answerStorageSpace = answerById({
  idOf: ({ params }) => params['spaceId'],
  withoutId: 'paramError',
  unknownId: 'spaceNotExist',
  isDemo: isDemoSpace,
  demoBody: (id, corpId) => ({ space: spaceBody(demoSpaceById(id, corpId), `演示空间 Demo ${id}`) }),
  fixed: new Map([
    ...errorsById('space.', [...documentedErrors, ...documentedStorageErrors]),
    ['798xxxxx', () => successAnswer({ space: spaceBody(exampleSpace, '产品团队 Product team') })],
    ['space.noSpace', () => successAnswer({})],
    ['space.502', () => emptyAnswer(502)],
    ['space.html', () => htmlAnswer(200)],
    ['space.errcode', () => errcodeAnswer()],
  ]),
});
