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
): (Row | null | Promise<Row | null>)[] {
  const orNull = (error: unknown): Promise<null> => {
    try {
      return Promise.resolve(errorCap.orNull(error));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  };
  return ids.map((id, key) => {
    try {
      const row = rowOf(id, { prev: info.path, key, typename: undefined });
      return row instanceof Promise ? row.catch(orNull) : row;
    } catch (error) {
      return orNull(error);
    }
  });
}
