export const spaceOf = `
  query SpaceOf($id: ID!) {
    conversationSpace(openConversationId: $id) { spaceId corpId }
  }
`;

export const twoSpaces = `
  query TwoSpaces {
    first: conversationSpace(openConversationId: "cid.demo.1") { spaceId }
    second: conversationSpace(openConversationId: "cid.demo.2") { spaceId }
  }
`;

export const rows = `
  query Rows($ids: [ID!]!) {
    dentries(spaceId: "798xxxxx", dentryIds: $ids) { spaceId dentryId name }
  }
`;

export const page = `
  query Page($after: String) {
    space(spaceId: "798xxxxx") {
      spaceId
      dentries(first: 2, after: $after) {
        edges { cursor node { spaceId dentryId name } }
        nodes { spaceId dentryId }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`;

const listWith = (rows: string): string => `
  query List($after: String) {
    space(spaceId: "798xxxxx") {
      spaceId
      dentries(first: 2, after: $after) { ${rows} pageInfo { endCursor } }
    }
  }
`;

/** One list, asked for in two forms. */
export const listOfNodes = listWith('nodes { spaceId dentryId }');
export const listOfEdges = listWith('edges { node { spaceId dentryId } }');

/** Without the ids by which caches tell objects apart. */
export const names = `
  query Names {
    space(spaceId: "798xxxxx") { dentries(first: 2) { nodes { name } } }
  }
`;

/** The id of the example in DingTalk's documentation. */
export const group = { id: 'cid9FTRQSLo+sKxxxx' };

/** What a supergraph answers where the gateway was too fast for a field of it. */
export const tooFast = {
  data: { shared: null },
  errors: [
    {
      message: 'Too many calls',
      path: ['shared'],
      extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1 },
    },
  ],
};
