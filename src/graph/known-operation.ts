import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

/** Refuses a mutation or subscription of a graph that has none: graphql-js would execute it and fail on the way. */
export const knownOperation: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation }) {
        if (!operation || schema.getRootType(operation.operation)) return;
        throw new GraphQLError(`This graph has no ${operation.operation}: ask with a query.`, {
          extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
        });
      },
    };
  },
};
