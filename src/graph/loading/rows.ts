import type { GraphQLResolveInfo } from 'graphql';
import type { GraphContext } from '../graph-context.ts';

/** Where one row of a list is in the answer. */
export type RowPath = GraphQLResolveInfo['path'];

/** The rows of a list of ids: one that fails is null with its error at its own place. */
export function rowsOf<Row>(
  ids: readonly string[],
  rowOf: (id: string, path: RowPath) => Row | Promise<Row>,
  { errorCap }: GraphContext,
  info: GraphQLResolveInfo,
): Promise<Row | null>[] {
  return ids.map(async (id, key) => {
    try {
      return await rowOf(id, { prev: info.path, key, typename: undefined });
    } catch (error) {
      return errorCap.orNull(error);
    }
  });
}
