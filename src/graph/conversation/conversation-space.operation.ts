import type { Operation } from '../operation.ts';
import { ConversationSpaceResolver } from './conversation-space.resolver.ts';
import { Conversation, openConversationIdKind } from './conversation.type.ts';

export const conversationSpace: Operation = {
  resolver: ConversationSpaceResolver,
  // A reference costs nothing: its field `space` looks up when it is asked for.
  entities: [{ type: Conversation, key: openConversationIdKind }],
};
