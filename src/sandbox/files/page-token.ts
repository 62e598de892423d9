import { digestOf } from '../demo-space.ts';
import type { Order } from './space-tree.ts';

/** What a list is asked of: a page token serves no other. */
export interface ListKey {
  readonly spaceId: string;
  readonly folderId: string;
  readonly order: Order;
}

/** Where the next page begins, and how many came before it. */
export interface PagePlace {
  readonly offset: number;
  readonly pages: number;
}

/** An opaque token for the next page of a list, always the same for the same place. */
export function writePageToken(key: ListKey, { offset, pages }: PagePlace): string {
  const { spaceId, folderId, order } = key;
  const seal = digestOf(
    JSON.stringify(['page', spaceId, folderId, order.by, order.direction, offset, pages]),
  );
  return Buffer.from(`${offset}.${pages}.${seal.toString('hex', 0, 12)}`).toString('base64url');
}

/** The place that a token names; undefined if it was not written for this list. */
export function readPageToken(key: ListKey, token: string): PagePlace | undefined {
  const [offset = '', pages = ''] = Buffer.from(token, 'base64url').toString().split('.', 2);
  const place = { offset: Number(offset), pages: Number(pages) };
  return writePageToken(key, place) === token ? place : undefined;
}
