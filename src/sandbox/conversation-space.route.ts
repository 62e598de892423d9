import { answerById, errorsById, startsWith } from './answer-by-id.ts';
import { emptyAnswer, errcodeAnswer, htmlAnswer, ipBanAnswer, successAnswer } from './answer.ts';
import { demoSpace } from './demo-space.ts';
import { documentedErrors } from './documented-errors.ts';
import { bodyField } from './sandbox-call.ts';

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

/** `POST /v1.0/convFile/conversations/spaces/query?unionId=`: the space of a group conversation. */
export const answerConversationSpace = answerById({
  idOf: ({ call }) => bodyField(call, 'openConversationId'),
  withoutId: 'paramError.conversationId',
  unknownId: 'conversationNotExist',
  isDemo: startsWith('cid.demo.'),
  demoBody: (id, corpId) => ({ space: demoSpace(id, corpId) }),
  fixed: new Map([
    ...errorsById('cid.', documentedErrors),
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
  ]),
});
