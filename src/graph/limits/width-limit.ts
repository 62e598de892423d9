import { publicError } from '../../errors/public-error.ts';
import { measureOperation } from './measure-operation.ts';
import type { OperationCheck } from './resolved-operation.ts';

/**
 * Refuses an operation with more than `limit` root fields or aliases: those that look nothing up, or the same
 * thing again and again, cost no call, and work all the same.
 *
 * To be asked after the lookup limit, whose word is the more telling one.
 */
export const createWidthLimit =
  (limit: number): OperationCheck =>
  ({ document, operation }) => {
    const { fields, aliases } = measureOperation(document, operation);
    const [found, what] = fields > limit ? [fields, 'root fields'] : [aliases, 'aliases'];
    if (found <= limit) return;
    const message = `This operation has ${found} ${what}, and one may have ${limit}: split it.`;
    throw publicError('QUERY_TOO_COMPLEX', message, { httpStatus: 400 });
  };
