import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import type { Subgraph } from './composition-engines.ts';

/** A neighbour of Federation 1: no @link, types of others are extended, value types are shared. */
export const messages: Subgraph = {
  name: 'messages',
  url: 'http://127.0.0.1/messages',
  typeDefs: parse(`
    type Query { messages: MessagePage }
    type MessagePage { nodes: [Message!]!  pageInfo: PageInfo! }
    type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
    type Message @key(fields: "id") { id: ID!  chat: Conversation  attachments: [Dentry]! }
    extend type Conversation @key(fields: "openConversationId") { openConversationId: ID! @external  unread: Int! }
    extend type Dentry @key(fields: "spaceId dentryId") {
      spaceId: ID! @external
      dentryId: ID! @external
      attachedTo: [Message!]!
    }
  `),
};

const dentry = (dentryId: string) => ({ spaceId: '798xxxxx', dentryId });

export const messagesSchema = buildSubgraphSchema([
  {
    typeDefs: messages.typeDefs,
    resolvers: {
      Query: {
        messages: () => ({
          nodes: [
            {
              id: 'm1',
              chat: { openConversationId: 'cid9FTRQSLo+sKxxxx' },
              attachments: [dentry('2011'), dentry('gone')],
            },
            { id: 'm2', chat: { openConversationId: 'cid.conversationNotExist' }, attachments: [] },
            { id: 'm3', chat: null, attachments: [dentry('2001'), dentry('2011')] },
          ],
          pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: 'm1', endCursor: 'm3' },
        }),
      },
      Conversation: { unread: () => 1 },
      Dentry: {
        attachedTo: ({ dentryId }: { dentryId: string }) =>
          dentryId === '2011' ? [{ id: 'm1' }, { id: 'm3' }] : [],
      },
    },
  },
]);
