/** The operation that a router sends for conversations of which it knows the ids. */
export const spacesOfConversations = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Conversation { space { spaceId corpId } } }
}`;

/** The operation that a router sends for spaces of which it knows the ids. */
export const factsOfSpaces = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Space { corpId createTime modifiedTime } }
}`;

export const conversation = (openConversationId: unknown): object => ({
  __typename: 'Conversation',
  openConversationId,
});

export const space = (spaceId: unknown): object => ({ __typename: 'Space', spaceId });

/** `count` ids of conversations that the stand-in makes up. */
export const demoIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${index}`);
