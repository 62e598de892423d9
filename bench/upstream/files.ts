import type { Dentry } from '../../src/sandbox/files/dentry.ts';

/** Files in the root of each space; more than one page. */
const fileCount = 60;
const pageSize = 50;
const firstId = 1001;
const createdS = Date.UTC(2022, 0, 1) / 1000;

/** A space of files that names its only viewer. It exists for its id alone. */
export const spaceOwnedBy = (viewer: number, name: string): string => `space.demo.files.${name}.of-${viewer}`;

export const isFileSpace = (spaceId: string): boolean => spaceId.startsWith('space.demo.files.');

/** The ids of all files of a space, in the order of a list. */
export const fileIds: readonly string[] = Array.from({ length: fileCount }, (_, at) => String(firstId + at));
/** Those of its first page. */
export const pageIds: readonly string[] = fileIds.slice(0, pageSize);

/** A made-up file: each differs from every other in name, size and thumbnail. */
export function fileOf(spaceId: string, id: string): Dentry {
  const place = Number(id) - firstId;
  const name = `档案 Record ${id} of ${spaceId}.pdf`;
  return {
    id,
    spaceId,
    parentId: '0',
    name,
    path: `/${name}`,
    isFolder: false,
    size: 1024 + place,
    version: 1,
    createdS: createdS + place,
    modifiedS: createdS + place,
    creatorId: 'chyxxxxx',
  };
}

/** The thumbnail of a file. */
export const thumbnailUrlOf = (spaceId: string, id: string): string =>
  `https://thumbnails.dingtalk.example/${spaceId}/${id}`;
