import * as z from 'zod';
import { codec } from '../../domain/codec.ts';
import type { CacheableEndpoint } from '../../domain/endpoint.ts';
import type { Conversation } from './conversation.type.ts';

const conversionBody = z.object({ openConversationId: z.string().min(1) });

/**
 * The openConversationId of a group chat by its chatId. It never changes. For internal applications only. DingTalk misspells
 * both of its codes.
 *
 * @see https://open.dingtalk.com/document/development/obtain-group-openconversationid
 */
export const chatConversationEndpoint: CacheableEndpoint<{ chatId: string }, Conversation> = {
  name: 'openConversationId',
  method: 'POST',
  path: ({ chatId }) => `/v1.0/im/chat/${encodeURIComponent(chatId)}/convertToOpenConversationId`,
  operator: undefined,
  internalAppsOnly: true,
  answer: codec(conversionBody),
  repeatable: true,
  freshness: 'constant',
  refusals: {
    invalideChatId: {
      kind: 'bad-argument',
      message: 'DingTalk refuses this chatId: copy it unchanged, as the server API or a callback gave it.',
      argument: 'chatId',
    },
    'permession.checkFailed': {
      kind: 'forbidden',
      message:
        "The chat cannot be read: its owner is outside of what this application may see. Ask the organization's administrator.",
    },
  },
};
