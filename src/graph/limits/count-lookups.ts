import {
  getArgumentValues,
  GraphQLError,
  isObjectType,
  type FieldNode,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { asksBeyondKey, createEntitySelection, type Execution } from '../federation/entity-selection.ts';
import { lookupOf } from '../loading/looks-up.decorator.ts';
import { readRepresentation } from '../federation/resolve-representation.ts';

/**
 * How many distinct things the operation would look up: those of its fields, by their arguments, and those of the
 * entities that it refers to, by their keys. What cannot be looked up counts for nothing: its error costs no call.
 */
export function countLookups(execution: Execution, operation: OperationDefinitionNode): number {
  const { schema, fragments, variableValues } = execution;
  const query = schema.getQueryType();
  const lookups = new Set<string>();
  if (!query) return 0;
  const fields = unlessRefused(() =>
    collectFields(schema, fragments, variableValues, query, operation.selectionSet),
  );
  for (const nodes of fields?.values() ?? []) {
    const [node] = nodes;
    if (!node) continue;
    const field = query.getFields()[node.name.value];
    const values = unlessRefused(() => field && getArgumentValues(field, node, variableValues)) ?? {};
    if (node.name.value === '_entities') {
      for (const lookup of entityLookups(execution, nodes, values['representations'])) lookups.add(lookup);
    } else {
      const lookup = lookupOf(field);
      if (lookup && lookup.by in values) lookups.add(nameOf(lookup.loader, values[lookup.by]));
    }
  }
  return lookups.size;
}

function* entityLookups(
  execution: Execution,
  nodes: readonly FieldNode[],
  representations: unknown,
): Generator<string> {
  const selection = createEntitySelection(execution, nodes);
  for (const representation of Array.isArray(representations) ? representations : []) {
    const reference = readRepresentation(representation);
    if ('problem' in reference) continue;
    const { entity, key } = reference;
    const asked = unlessRefused(() => selection(entity));
    if (!asked) continue;
    if (entity.foundBy && asksBeyondKey(asked, entity)) yield nameOf(entity.foundBy, key);
    const type = execution.schema.getType(entity.type.name);
    const fields = isObjectType(type) ? type.getFields() : {};
    for (const field of asked) {
      const lookup = lookupOf(fields[field]);
      if (lookup?.by === entity.key.name) yield nameOf(lookup.loader, key);
    }
  }
}

const nameOf = (what: string, key: unknown): string => JSON.stringify([what, key]);

/** What does not fit the schema looks nothing up: the execution refuses it in its own place and goes on with the rest. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
