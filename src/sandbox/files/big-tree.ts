import { sandboxCredentials } from '../credentials.ts';
import { demoDentryId } from './demo-tree.ts';
import { rootId, type Dentry } from './dentry.ts';
import { rootOf, type OrderField, type SpaceTree } from './space-tree.ts';

const fileCount = 10_000;
const firstS = Date.UTC(2021, 0, 1) / 1000;
const hourS = 3600;
const creatorId = sandboxCredentials.operatorUnionId;

/**
 * By each order another permutation of the files: the file at `rank` has the place `rank * step`, and the file at
 * `place` the rank `place * back`, both modulo the number of files. So a page is computed without sorting.
 */
const steps: Readonly<Record<OrderField, { readonly step: number; readonly back: number }>> = {
  MODIFIED_TIME: { step: 7, back: 7143 },
  CREATE_TIME: { step: 1, back: 1 },
  NAME: { step: 3, back: 6667 },
  SIZE: { step: 9, back: 8889 },
};

const rankOf = (place: number, by: OrderField): number => (place * steps[by].back) % fileCount;

/** A space with 10,000 files in its root directory. */
export function bigTree(spaceId: string): SpaceTree {
  const prefix = demoDentryId(spaceId, 0).slice(0, -5);

  function fileAt(place: number): Dentry {
    const name = `档案 Record ${String(rankOf(place, 'NAME')).padStart(5, '0')}.pdf`;
    const createdS = firstS + rankOf(place, 'CREATE_TIME') * hourS;
    return {
      id: demoDentryId(spaceId, place),
      spaceId,
      parentId: rootId,
      name,
      path: `/${name}`,
      isFolder: false,
      size: 1024 + rankOf(place, 'SIZE'),
      version: 1,
      createdS,
      modifiedS: firstS + (fileCount + rankOf(place, 'MODIFIED_TIME')) * hourS,
      creatorId,
    };
  }

  return {
    find(dentryId) {
      if (dentryId === rootId) return rootOf(spaceId, creatorId, firstS);
      const place = Number(dentryId.slice(-5));
      const isFile = dentryId.startsWith(prefix) && /^\d{11}$/.test(dentryId) && place < fileCount;
      return isFile ? fileAt(place) : undefined;
    },
    count: (folderId) => (folderId === rootId ? fileCount : 0),
    rows(folderId, { by, direction }, offset, length) {
      const end = folderId === rootId ? Math.min(offset + length, fileCount) : offset;
      return Array.from({ length: Math.max(0, end - offset) }, (_, index) => {
        const rank = direction === 'ASC' ? offset + index : fileCount - 1 - offset - index;
        return fileAt((rank * steps[by].step) % fileCount);
      });
    },
  };
}
