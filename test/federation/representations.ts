/** The operation that a router sends for the ids of conversations. */
export const spacesOfConversations = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Conversation { space { spaceId corpId } } }
}`;

/** The operation that a router sends for the ids of spaces. */
export const factsOfSpaces = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Space { corpId createTime modifiedTime } }
}`;

export const conversation = (openConversationId: unknown): object => ({
  __typename: 'Conversation',
  openConversationId,
});

export const space = (spaceId: unknown): object => ({ __typename: 'Space', spaceId });

/** `count` ids of the stand-in's made-up conversations. */
export const demoIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${index}`);
