import { demoSpaceId } from '../../src/sandbox/demo-space.ts';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';

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

export const dentry = (spaceId: unknown, dentryId: unknown): object => ({
  __typename: 'Dentry',
  spaceId,
  dentryId,
});

/** The operation that a router sends for the ids of files. */
export const factsOfDentries = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Dentry { name size } }
}`;

/** A made-up space with ten thousand files in its root. */
export const bigSpace = 'space.demo.big';
/** Another one. */
export const otherBigSpace = demoSpaceId('cid.demo.big');

/** The ids of the first `count` files of a big space. */
export const bigFileIds = (spaceId: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, place) => demoDentryId(spaceId, place));

/** `count` ids of the stand-in's made-up conversations. */
export const demoIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${index}`);
