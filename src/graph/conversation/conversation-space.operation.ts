import type { Operation } from '../operation.ts';
import { createConversationSpaceLoader, type ConversationSpaceLoader } from './conversation-space.loader.ts';
import { ConversationSpaceResolver } from './conversation-space.resolver.ts';
import { Conversation } from './conversation.type.ts';
import { openConversationIdKind } from './open-conversation-id.ts';

export const conversationSpace: Operation<ConversationSpaceLoader> = {
  resolver: ConversationSpaceResolver,
  createLoader: createConversationSpaceLoader,
  // A reference costs nothing: its field `space` is looked up when it is asked for.
  entities: [{ type: Conversation, key: openConversationIdKind }],
};
