import type { GraphQLResolveInfo } from 'graphql';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { publicError } from '../../errors/public-error.ts';
import type { GraphContext } from '../graph-context.ts';
import type { Position } from './cursor.ts';
import { dentriesPageEndpoint, type DentriesPage, type PageInput } from './dentries-page.endpoint.ts';
import type { DentryConnection, DentryEdge } from './dentry-connection.type.ts';
import type { DentryList } from './dentry-list.args.ts';
import type { Dentry } from './dentry.type.ts';

interface ListOptions {
  readonly list: DentryList;
  readonly first: number;
  readonly after: string | null | undefined;
}

/**
 * One page of a list, by one call.
 *
 * DingTalk has a token for each page, none for a row. A cursor therefore holds the token of its page and the row: behind a
 * row in the middle, the page is read again and the rows before are left out. All pages of a list are asked for in the size of
 * the first one, whatever later requests ask for: a token is good for one size.
 */
export async function listDentries(
  { list, first, after }: ListOptions,
  { load, cursors, answerBudget }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<DentryConnection> {
  const identity = Object.values(list);
  const start: Position = typeof after === 'string' ? cursors.open(identity, after) : { size: first };
  answerBudget.check();
  const found = await load(dentriesPageEndpoint, inputAt(list, start), info.path).catch((error: unknown) => {
    throw start.token === undefined ? error : orLapsed(error);
  });
  // A token that leads to itself would be a list without an end.
  const page = found.nextToken === start.token ? { ...found, nextToken: null } : found;
  const skipped = rowsBefore(page, start.after);
  const rows = page.dentries.slice(skipped, skipped + first);
  answerBudget.take(rows.length, info);

  const edges = rows.map((node, index) => {
    const position = positionBehind(page, start, skipped + index);
    return createEdge(node, () => cursors.seal(identity, position));
  });
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage: skipped + rows.length < page.dentries.length || page.nextToken !== null,
      hasPreviousPage: false,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return (
          edges.at(-1)?.cursor ??
          (page.nextToken === null ? null : cursors.seal(identity, nextPage(page, start)))
        );
      },
    },
  };
}

/** Sealed when it is asked for, and once: most lists ask for `endCursor` alone. */
function createEdge(node: Dentry, seal: () => string): DentryEdge {
  let cursor: string | undefined;
  return {
    node,
    get cursor() {
      return (cursor ??= seal());
    },
  };
}

const inputAt = (list: DentryList, { token, size }: Position): PageInput => ({
  ...list,
  size,
  ...(token !== undefined && { token }),
});

/** By the row's id, for rows may have moved; where it is gone, the next row has its place. */
function rowsBefore({ dentries }: DentriesPage, after: Position['after']): number {
  if (!after) return 0;
  const place = dentries.findIndex(({ dentryId }: Dentry) => dentryId === after.id);
  return place >= 0 ? place + 1 : Math.min(after.place, dentries.length);
}

const nextPage = ({ nextToken }: DentriesPage, { size }: Position): Position => ({
  token: nextToken ?? undefined,
  size,
});

/** Behind the last row of a page is the start of the next one. */
function positionBehind(page: DentriesPage, start: Position, place: number): Position {
  const { dentries, nextToken } = page;
  if (place === dentries.length - 1 && nextToken !== null) return nextPage(page, start);
  const row = dentries[place];
  return { ...start, after: row && { id: row.dentryId, place } };
}

function orLapsed(error: unknown): unknown {
  if (!(error instanceof DingTalkError) || error.kind !== 'bad-argument') return error;
  return publicError(
    'BAD_USER_INPUT',
    'DingTalk no longer accepts this cursor: start over without `after`.',
    { argument: 'after' },
  );
}
