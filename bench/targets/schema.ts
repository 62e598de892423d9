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

/** Lifetime and number of entries for targets with a cache, the same as for the gateway; 0 without a cache. */
export const cacheTtlMs = Number(process.env['CACHE_TTL_MS'] ?? 0);
export const cacheEntries = 100_000;
