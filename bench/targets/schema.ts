/** The graph of the GraphQL targets: as much of the gateway's own as the workloads ask for, without federation. */
export const typeDefs = /* GraphQL */ `
  scalar DateTime
  type Query {
    conversationSpace(openConversationId: ID!): Space
    space(spaceId: ID!): Space
    dentries(spaceId: ID!, dentryIds: [ID!]!): [Dentry]!
  }
  type Space {
    spaceId: ID!
    corpId: ID!
    createTime: DateTime
    modifiedTime: DateTime
    dentries(first: Int = 50): DentryConnection
  }
  type DentryConnection {
    nodes: [Dentry!]!
  }
  type Dentry {
    spaceId: ID!
    dentryId: ID!
    name: String!
    size: Float
    thumbnail: Thumbnail
  }
  type Thumbnail {
    url: String!
  }
`;

export interface LookupArguments {
  readonly openConversationId: string;
}

/** Lifetime and number of entries for targets with a cache, the same as for the gateway; 0 without a cache. */
export const cacheTtlMs = Number(process.env['CACHE_TTL_MS'] ?? 0);
export const cacheEntries = 100_000;
