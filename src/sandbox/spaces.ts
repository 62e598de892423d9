import { emptyAnswer, errcodeAnswer, errorAnswer, htmlAnswer, ipBanAnswer, successAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { demoSpace } from './demo-space.ts';
import { documentedErrors } from './documented-errors.ts';

const DEMO_PREFIX = 'cid.demo.';

const documented = {
  spaceId: '798xxxxx',
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

const otherTimeForms = {
  ...documented,
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
  ['cid9FTRQSLo+sKxxxx', () => successAnswer({ space: documented })],
  ['cid.shortTime', () => successAnswer({ space: otherTimeForms })],
  ['cid.badTime', () => successAnswer({ space: { ...documented, createTime: 'yesterday' } })],
  ['cid.wrongTypes', () => successAnswer({ space: wrongTypes })],
  ['cid.noSpace', () => successAnswer({})],
  ['cid.502', () => emptyAnswer(502)],
  ['cid.503', () => emptyAnswer(503)],
  ['cid.504', () => htmlAnswer(504)],
  ['cid.html', () => htmlAnswer(200)],
  ['cid.errcode', () => errcodeAnswer()],
  ['cid.ipBan', () => ipBanAnswer()],
]);
for (const { code } of documentedErrors) {
  answers.set(`cid.${code}`, () => errorAnswer(code));
}

/** What the lookup answers for an id, case included; `corpId` is the organization that asks. */
export function spaceAnswer(openConversationId: string, corpId: string): Answer {
  if (openConversationId.startsWith(DEMO_PREFIX) && openConversationId.length > DEMO_PREFIX.length) {
    return successAnswer({ space: demoSpace(openConversationId, corpId) });
  }
  const answer = answers.get(openConversationId);
  return answer === undefined ? errorAnswer('conversationNotExist') : answer();
}
