import type { Dentry } from './dentry.ts';
import { writePageToken, type ListKey, type PagePlace } from './page-token.ts';
import type { SpaceTree } from './space-tree.ts';
import { specialSpace } from './space-trees.ts';

/** One page of a list. */
export interface ListPage {
  readonly rows: readonly Dentry[];
  readonly nextToken: string | undefined;
}

/** The rows of a folder from a place on, at most `maxResults`, and the token for what follows. */
export function listPage(tree: SpaceTree, key: ListKey, place: PagePlace, maxResults: number): ListPage {
  const { offset, pages } = place;
  // Only the first page is odd, so that every list ends.
  const oddity = pages === 0 ? specialSpace(key.spaceId) : undefined;
  const length = oddity === 'shortPage' || oddity === 'repeatedRow' ? maxResults - 1 : maxResults;
  const rows = tree.rows(key.folderId, key.order, offset, length);
  const next = offset + length;
  if (next >= tree.count(key.folderId)) return { rows, nextToken: undefined };
  if (oddity !== 'repeatedRow') return { rows, nextToken: tokenAt(next) };
  // The last row comes twice, and once more on the next page.
  return { rows: [...rows, ...rows.slice(-1)], nextToken: tokenAt(Math.max(0, next - 1)) };

  function tokenAt(from: number): string {
    return writePageToken(key, { offset: from, pages: pages + 1 });
  }
}
