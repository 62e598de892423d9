import type { Operation } from '../operation.ts';
import { ConversationSpaceResolver } from './conversation-space.resolver.ts';
import { Conversation } from './conversation.type.ts';
import { openConversationIdKind } from './open-conversation-id.ts';

export const conversationSpace: Operation = {
  resolver: ConversationSpaceResolver,
  // A reference costs nothing: its field `space` looks up when it is asked for.
  entities: [{ type: Conversation, key: openConversationIdKind }],
};
