import type { ApolloServerPlugin } from '@apollo/server';
import { publicError } from '../errors/public-error.ts';
import { measureOperation } from './measure-operation.ts';

/**
 * Refuses an operation with more than `limit` root fields or aliases: those that look nothing up, or the same
 * thing again and again, cost no call, and work all the same.
 *
 * To be asked after the lookup limit, whose word is the more telling one.
 */
export function createWidthLimit(limit: number): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation }) {
          if (!operation) return;
          const { fields, aliases } = measureOperation(document, operation);
          const [found, what] = fields > limit ? [fields, 'root fields'] : [aliases, 'aliases'];
          if (found <= limit) return;
          const message = `This operation has ${found} ${what}, and one may have ${limit}: split it.`;
          throw publicError('QUERY_TOO_COMPLEX', message, { httpStatus: 400 });
        },
      };
    },
  };
}
