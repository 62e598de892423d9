import { rootId, type Dentry } from './dentry.ts';

/** The orders in which a folder is listed. */
export const orderFields = ['MODIFIED_TIME', 'CREATE_TIME', 'NAME', 'SIZE'] as const;
export type OrderField = (typeof orderFields)[number];
export interface Order {
  readonly by: OrderField;
  readonly direction: 'ASC' | 'DESC';
}

/** The files and folders of one space. */
export interface SpaceTree {
  find(dentryId: string): Dentry | undefined;
  /** How many rows a folder has. */
  count(folderId: string): number;
  /** Rows of a folder in an order, at most `length` from `offset` on. */
  rows(folderId: string, order: Order, offset: number, length: number): readonly Dentry[];
}

type Comparison = (one: Dentry, other: Dentry) => number;
const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

const comparisons: Readonly<Record<OrderField, Comparison>> = {
  MODIFIED_TIME: (one, other) => one.modifiedS - other.modifiedS,
  CREATE_TIME: (one, other) => one.createdS - other.createdS,
  NAME: (one, other) => byText(one.name, other.name),
  SIZE: (one, other) => (one.size < other.size ? -1 : Number(one.size > other.size)),
};

/** The tree of a few files and folders; the root need not be among them. */
export function listedTree(root: Dentry, dentries: readonly Dentry[]): SpaceTree {
  const childrenOf = (folderId: string): Dentry[] => dentries.filter(({ parentId }) => parentId === folderId);

  return {
    find: (dentryId) => (dentryId === rootId ? root : dentries.find(({ id }) => id === dentryId)),
    count: (folderId) => childrenOf(folderId).length,
    rows: (folderId, { by, direction }, offset, length) => {
      const ascending = childrenOf(folderId).toSorted(
        (one, other) => comparisons[by](one, other) || byText(one.id, other.id),
      );
      const ordered = direction === 'ASC' ? ascending : ascending.toReversed();
      return ordered.slice(offset, offset + length);
    },
  };
}

/** The root directory of a space: a folder without a parent. */
export function rootOf(spaceId: string, creatorId: string, createdS: number): Dentry {
  const root = { id: rootId, spaceId, parentId: '', name: '根目录 Root', path: '/', isFolder: true };
  return { ...root, size: 0, version: 1, createdS, modifiedS: createdS, creatorId };
}
