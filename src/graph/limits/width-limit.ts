import { publicError } from '../../errors/public-error.ts';
import { measureOperation } from './measure-operation.ts';
import type { OperationCheck } from './resolved-operation.ts';

/**
 * Refuses an operation with more than `limit` root fields or aliases: repeated ones cost no call, but work all the same.
 * Checked after the lookup limit, whose message says more.
 */
export const createWidthLimit =
  (limit: number): OperationCheck =>
  ({ document, operation }) => {
    const { fields, aliases } = measureOperation(document, operation);
    const [found, what] = fields >= aliases ? [fields, 'root fields'] : [aliases, 'aliases'];
    if (found <= limit) return;
    const message = `This operation has ${found} ${what}; the limit is ${limit}: split it.`;
    const exceeded = { limit, asked: found, variable: 'MAX_ALIASES' };
    throw publicError('QUERY_TOO_COMPLEX', message, { httpStatus: 422, exceeded });
  };
