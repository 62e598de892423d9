/** The graph of the GraphQL targets: the gateway's own, without federation. */
export const typeDefs = /* GraphQL */ `
  scalar DateTime
  type Query {
    conversationSpace(openConversationId: ID!): Space
  }
  type Space {
    spaceId: ID!
    corpId: ID!
    createTime: DateTime
    modifiedTime: DateTime
  }
`;

export interface LookupArguments {
  readonly openConversationId: string;
}

/** How long, and how many, the targets keep that keep answers: the gateway is told the same. Not at all: 0. */
export const cacheTtlMs = Number(process.env['CACHE_TTL_MS'] ?? 0);
export const cacheEntries = 100_000;
