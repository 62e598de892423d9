import {
  getArgumentValues,
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { asksBeyondKey, createEntitySelection, type Execution } from './entity-selection.ts';
import { lookupOf } from './lookup.ts';
import { readRepresentation, type Reference } from './resolve-representation.ts';

/**
 * How many distinct things the operation would look up: those of its fields, by their arguments, and those of the
 * entities that it refers to, by their keys. What cannot be looked up counts for nothing: its error costs no call.
 */
export function countLookups(execution: Execution, operation: OperationDefinitionNode): number {
  const { schema, fragments, variableValues } = execution;
  const query = schema.getQueryType();
  const lookups = new Set<string>();
  if (!query) return 0;
  const fields = collectFields(schema, fragments, variableValues, query, operation.selectionSet);
  for (const nodes of fields.values()) {
    const [node] = nodes;
    if (!node) continue;
    const values = argumentsOf(query, node, execution);
    if (node.name.value === '_entities') {
      for (const lookup of entityLookups(execution, nodes, values['representations'])) lookups.add(lookup);
    } else {
      const lookup = lookupOf(query.getFields()[node.name.value]);
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
    const reference = tryToRead(representation);
    if (!reference) continue;
    const { entity, key } = reference;
    const asked = selection(entity);
    if (entity.find && asksBeyondKey(asked, entity)) yield nameOf(entity.type.name, key);
    const type = execution.schema.getType(entity.type.name);
    for (const field of isObjectType(type) ? asked : []) {
      const lookup = lookupOf((type as GraphQLObjectType).getFields()[field]);
      if (lookup?.by === entity.key) yield nameOf(lookup.loader, key);
    }
  }
}

const nameOf = (what: string, key: unknown): string => JSON.stringify([what, key]);

function tryToRead(representation: unknown): Reference | undefined {
  try {
    return readRepresentation(representation);
  } catch {
    return undefined;
  }
}

/** Empty where the arguments do not fit: then the field is an error and looks nothing up. */
function argumentsOf(type: GraphQLObjectType, node: FieldNode, { variableValues }: Execution): Arguments {
  const field = type.getFields()[node.name.value];
  try {
    return field ? getArgumentValues(field, node, variableValues) : {};
  } catch {
    return {};
  }
}

type Arguments = Readonly<Record<string, unknown>>;
