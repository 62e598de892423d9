import * as z from 'zod';
import type { Seal } from '../../domain/seal.ts';
import { viewerKey, type Viewer } from '../../domain/viewer.ts';
import { publicError, type PublicError } from '../../errors/public-error.ts';

/** Where a list goes on: on a page of DingTalk's, after one of its rows. */
export interface Position {
  /** Of the page; undefined: the first page. */
  readonly token?: string | undefined;
  /** The size that the page was asked with, and every other page of the list. */
  readonly size: number;
  /** The row before, by its id and its place on the page; undefined: the page from its start. */
  readonly after?: { readonly id: string; readonly place: number } | undefined;
}

/** The cursors of one viewer. They are sealed: readable by no client, and of use only where they came from. */
export interface Cursors {
  /** `list` is everything that identifies the list. */
  seal(list: readonly string[], position: Position): string;
  /** @throws a public `BAD_USER_INPUT` error for a text that is no cursor of this viewer and list. */
  open(list: readonly string[], cursor: string): Position;
}

const positionBody = z.object({
  token: z.string().optional(),
  size: z.int(),
  after: z.object({ id: z.string(), place: z.int() }).optional(),
});

export function createCursors(seal: Seal, viewer: Viewer): Cursors {
  const boundTo = (list: readonly string[]): string => JSON.stringify(['cursor', viewerKey(viewer), ...list]);
  return {
    seal: (list, position) => seal.close(boundTo(list), JSON.stringify(position)).toString('base64url'),
    open(list, cursor) {
      const sealed = Buffer.from(cursor, 'base64url');
      // Node skips what is no base64url: a cursor is taken unchanged only.
      const text = sealed.toString('base64url') === cursor ? seal.open(boundTo(list), sealed) : undefined;
      if (text === undefined) throw foreignCursor();
      return positionBody.parse(JSON.parse(text));
    },
  };
}

const foreignCursor = (): PublicError =>
  publicError(
    'BAD_USER_INPUT',
    'This cursor is not one of this list, order and person: start over without `after`.',
    { argument: 'after' },
  );
