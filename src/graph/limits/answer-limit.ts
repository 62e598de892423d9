import { Kind, type FieldNode, type OperationDefinitionNode, type ValueNode } from 'graphql';
import { publicError } from '../../errors/public-error.ts';
import { measureOperation } from './measure-operation.ts';
import { listArgumentOf } from './measure-selection.ts';
import type { OperationCheck, ResolvedOperation } from './resolved-operation.ts';

/**
 * Refuses an operation whose answer would hold more than `limit` fields: the fields of an item count once for each
 * representation or id, a bad one included. Counted by the document and the lengths of its lists, before anything is executed.
 */
export const createAnswerLimit =
  (limit: number): OperationCheck =>
  ({ document, operation, variables }) => {
    const { allFields, itemFields } = measureOperation(document, operation);
    let fields = allFields;
    for (const [field, perItem] of itemFields) {
      fields += perItem * countItems(field, operation, variables);
    }
    if (fields <= limit) return;
    throw publicError(
      'QUERY_TOO_COMPLEX',
      `This operation asks for ${fields} fields, list items included; the limit is ${limit}: split it.`,
      { httpStatus: 422, exceeded: { limit, asked: fields, variable: 'MAX_ANSWER_FIELDS' } },
    );
  };

function countItems(
  field: FieldNode,
  operation: OperationDefinitionNode,
  variables: ResolvedOperation['variables'],
): number {
  const value = listArgumentOf(field)?.value;
  if (value?.kind !== Kind.VARIABLE) return lengthOf(value);
  const name = value.name.value;
  const list = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (list === undefined) {
    const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return lengthOf(definition?.defaultValue);
  }
  // Anything but a list is one item, as GraphQL reads it.
  return Array.isArray(list) ? list.length : 1;
}

function lengthOf(value: ValueNode | undefined): number {
  if (value === undefined) return 0;
  return value.kind === Kind.LIST ? value.values.length : 1;
}
