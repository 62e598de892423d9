import { GraphQLError } from 'graphql';
import type { ResolvedOperation } from './resolved-operation.ts';

/** Refuses mutations and subscriptions where the graph has none: graphql-js would fail in the middle of execution. */
export function checkKnownOperation({ schema, operation }: ResolvedOperation): void {
  if (schema.getRootType(operation.operation)) return;
  throw new GraphQLError(`This graph has no ${operation.operation}: ask with a query.`, {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}
