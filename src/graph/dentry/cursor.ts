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

const positionBody = z.object({
  token: z.string().optional(),
  size: z.int(),
  after: z.object({ id: z.string(), place: z.int() }).optional(),
});

/** The cursors of one viewer. They are sealed: readable by no client, and of use only where they came from. */
export class Cursors {
  readonly #seal: Seal;
  readonly #viewer: Viewer;

  constructor(seal: Seal, viewer: Viewer) {
    this.#seal = seal;
    this.#viewer = viewer;
  }

  /** `list` is everything that identifies the list. */
  seal(list: readonly string[], position: Position): string {
    return this.#seal.close(this.#boundTo(list), JSON.stringify(position)).toString('base64url');
  }

  /** @throws a public `BAD_USER_INPUT` error for a text that is no cursor of this viewer and list. */
  open(list: readonly string[], cursor: string): Position {
    const sealed = Buffer.from(cursor, 'base64url');
    // Node skips what is no base64url: a cursor is taken unchanged only.
    const isWhole = sealed.toString('base64url') === cursor;
    const text = isWhole ? this.#seal.open(this.#boundTo(list), sealed) : undefined;
    if (text === undefined) throw foreignCursor();
    return positionBody.parse(JSON.parse(text));
  }

  #boundTo(list: readonly string[]): string {
    return JSON.stringify(['cursor', viewerKey(this.#viewer), ...list]);
  }
}

const foreignCursor = (): PublicError =>
  publicError(
    'BAD_USER_INPUT',
    'This cursor is not one of this list, order and person: start over without `after`.',
    { argument: 'after' },
  );
