import { answerById, errorsById, startsWith } from './answer-by-id.ts';
import { successAnswer } from './answer.ts';
import { documentedChatErrors, documentedErrors } from './documented-errors.ts';

const demoPrefix = 'chat.demo.';

/** `POST /v1.0/im/chat/{chatId}/convertToOpenConversationId`: the group that the server API calls by a chatId. */
export const answerOpenConversationId = answerById({
  idOf: ({ params }) => params['chatId'],
  withoutId: 'invalideChatId',
  unknownId: 'invalideChatId',
  isDemo: startsWith(demoPrefix),
  demoBody: (id) => ({ openConversationId: `cid.demo.${id.slice(demoPrefix.length)}` }),
  fixed: new Map([
    ...errorsById('chat.', [...documentedErrors, ...documentedChatErrors]),
    ['chat9FTRQSLo', () => successAnswer({ openConversationId: 'cid9FTRQSLo+sKxxxx' })],
  ]),
});
