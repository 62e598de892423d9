import type { Operation } from '../operation.ts';
import { ConversationResolver } from './conversation.resolver.ts';
import { ConversationSpaceResolver } from './conversation-space.resolver.ts';
import { Conversation, openConversationIdKind } from './conversation.type.ts';

export const conversation: Operation = {
  resolvers: [ConversationSpaceResolver, ConversationResolver],
  // A reference costs nothing: its field `space` looks up when it is asked for.
  entities: [{ type: Conversation, keys: [openConversationIdKind] }],
};
