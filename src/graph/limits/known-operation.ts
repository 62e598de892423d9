import { GraphQLError } from 'graphql';
import type { ResolvedOperation } from './resolved-operation.ts';

/** Refuses a mutation or subscription of a graph that has none: graphql-js would execute it and fail on the way. */
export function checkKnownOperation({ schema, operation }: ResolvedOperation): void {
  if (schema.getRootType(operation.operation)) return;
  throw new GraphQLError(`This graph has no ${operation.operation}: ask with a query.`, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}
