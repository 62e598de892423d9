import { exampleFolders, exampleFiles, exampleSpaceId, type ExampleRow } from './example-rows.ts';
import { sandboxCredentials } from '../credentials.ts';
import type { Dentry } from './dentry.ts';
import { listedTree, rootOf } from './space-tree.ts';

const creatorId = sandboxCredentials.operatorUnionId;
const createdS = Date.UTC(2022, 0, 1, 10) / 1000;
const dayS = 24 * 3600;

const rows: readonly ExampleRow[] = [...exampleFolders, ...exampleFiles];

function pathOf({ parentId, name }: ExampleRow): string {
  const parent = rows.find(({ id }) => id === parentId);
  return `${parent === undefined ? '' : pathOf(parent)}/${name}`;
}

function dentryOf(row: ExampleRow, index: number): Dentry {
  return {
    spaceId: exampleSpaceId,
    path: pathOf(row),
    isFolder: row.size === undefined,
    version: 1,
    createdS,
    modifiedS: createdS + index * dayS,
    creatorId,
    ...row,
    size: row.size ?? 0,
  };
}

/** The space of the example group: a small tree in which every oddity of the wire has one place. */
export const exampleTree = listedTree(
  rootOf(exampleSpaceId, creatorId, createdS),
  rows.map((row, index) => dentryOf(row, index)),
);
