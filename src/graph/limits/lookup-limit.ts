import {
  getVariableValues,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { publicError } from '../../errors/public-error.ts';
import { countLookups } from './count-lookups.ts';
import type { Execution } from '../federation/entity-selection.ts';
import { fragmentsOf } from './fragments.ts';
import { measureOperation } from './measure-operation.ts';
import type { OperationCheck } from './resolved-operation.ts';

/** Refuses an operation whose lookups need more than `limit` calls, before the first one is made. */
export const createLookupLimit =
  (limit: number): OperationCheck =>
  ({ schema, document, operation, variables }) => {
    // Each field makes one lookup at most, except those that answer a list item by item.
    const { allFields, itemFields } = measureOperation(document, operation);
    if (allFields <= limit && itemFields.size === 0) return;
    const execution = prepare(schema, document, operation, variables);
    const lookups = execution ? countLookups(execution, operation) : 0;
    if (lookups <= limit) return;
    throw publicError(
      'LOOKUP_LIMIT_EXCEEDED',
      `This operation needs ${lookups} lookups; the limit is ${limit}: split it.`,
      { httpStatus: 422, exceeded: { limit, asked: lookups, variable: 'MAX_LOOKUPS_PER_REQUEST' } },
    );
  };

/** Undefined where the variables are invalid: the execution reports that. */
function prepare(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  givenVariables: Readonly<Record<string, unknown>>,
): Execution | undefined {
  // The execution reports all errors; the first one is enough here.
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], givenVariables, {
    maxErrors: 1,
  });
  if (!coerced) return undefined;
  return { schema, fragments: fragmentsOf(document), variableValues: coerced };
}
