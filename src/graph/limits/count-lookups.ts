import {
  getArgumentValues,
  getNamedType,
  GraphQLError,
  isLeafType,
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { callsOf } from '../../domain/endpoint.ts';
import { entities } from '../federation/entities.ts';
import { createEntitySelection, type Execution } from '../federation/entity-selection.ts';
import { readRepresentation } from '../federation/resolve-representation.ts';
import { inputText } from '../../domain/input-text.ts';
import { lookupOf, type Known, type Lookup } from '../loading/looks-up.decorator.ts';

type Fields = ReadonlyMap<string, readonly FieldNode[]>;

/**
 * How many calls the lookups take that the operation shows: those of its fields at any depth, by the arguments on the way
 * to them, and those of the entities that it refers to, by their keys. What only the execution knows is counted there.
 */
export function countLookups(execution: Execution, operation: OperationDefinitionNode): number {
  const { schema, fragments, variableValues } = execution;
  const query = schema.getQueryType();
  /** By the endpoint; within it by the name of the lookup. */
  const lookups = new Map<Lookup['endpoint'], Map<string, object>>();

  function add(lookup: Lookup | undefined, known: Known): void {
    if (!lookup) return;
    const { endpoint, inputsOf } = lookup;
    const byName = lookups.get(endpoint) ?? new Map<string, object>();
    lookups.set(endpoint, byName);
    for (const input of inputsOf(known)) byName.set(inputText(endpoint.name, input), input);
  }

  function addFields(type: GraphQLObjectType, fields: Fields, known: Known): void {
    for (const nodes of fields.values()) {
      const [node] = nodes;
      const field = node && type.getFields()[node.name.value];
      if (!field) continue;
      const lookup = lookupOf(field);
      const below = getNamedType(field.type);
      // A leaf: most fields are.
      if (!lookup && isLeafType(below)) continue;
      const values = unlessRefused(() => getArgumentValues(field, node, variableValues));
      // Its error costs no call.
      if (!values) continue;
      if (node.name.value === '_entities') {
        addEntities(nodes, values['representations']);
        continue;
      }
      const knownHere = { ...known, ...values };
      add(lookup, knownHere);
      if (isObjectType(below)) addFields(below, subfields(below, nodes), knownHere);
    }
  }

  function addEntities(nodes: readonly FieldNode[], representations: unknown): void {
    const selectionOf = createEntitySelection(execution, nodes);
    for (const representation of Array.isArray(representations) ? representations : []) {
      const reference = readRepresentation(representation, entities);
      if ('problem' in reference) continue;
      const { entity, key } = reference;
      const selection = unlessRefused(() => selectionOf(entity));
      if (!selection) continue;
      if (selection.asksBeyondKey) add(entity.foundBy, key);
      addFields(selection.type, selection.fields, key);
    }
  }

  const subfields = (type: GraphQLObjectType, nodes: readonly FieldNode[]): Fields =>
    unlessRefused(() => collectSubfields(schema, fragments, variableValues, type, nodes)) ?? new Map();

  const root =
    query &&
    unlessRefused(() => collectFields(schema, fragments, variableValues, query, operation.selectionSet));
  if (query && root) addFields(query, root, {});
  return [...lookups].reduce((sum, [endpoint, byName]) => sum + callsFor(endpoint, byName), 0);
}

/** The inputs are the endpoint's: both come from one lookup. */
const callsFor = ({ batch }: Lookup['endpoint'], byName: ReadonlyMap<string, object>): number =>
  batch ? callsOf(batch, [...byName.values()] as never[]).length : byName.size;

/** An invalid field makes no lookup: the execution reports it at its place. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
