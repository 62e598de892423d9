import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type DocumentNode,
  type SelectionSetNode,
  Kind,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import type { ApolloServerPlugin } from '@apollo/server';
import { publicError } from '../errors/public-error.ts';
import type { Representation } from './operation.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Refuses an operation that would look up more than `limit` distinct things, before the first call is made.
 * Counted are the fields whose extension `lookupBy` names their key: an argument or, on an entity, a field
 * of its representation.
 */
export function createLookupLimit(limit: number): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request }) {
          if (!operation) return;
          const lookups = distinctLookups(schema, document, operation, request.variables ?? {});
          if (lookups.size <= limit) return;
          throw publicError(
            'LOOKUP_LIMIT_EXCEEDED',
            `This operation asks for ${lookups.size} distinct lookups, and one request may make ${limit}: split it.`,
            { httpStatus: 400 },
          );
        },
      };
    },
  };
}

/** Passes over what does not fit: the execution itself refuses that, in the field's own place, and goes on with the others. */
function unlessRefused(count: () => void): void {
  try {
    count();
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
}

function distinctLookups(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  givenVariables: Record<string, unknown>,
): Set<string> {
  const lookups = new Set<string>();
  const query = schema.getQueryType();
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], givenVariables);
  // Variables that do not fit are refused by the execution itself.
  if (!query || !coerced) return lookups;
  const variables = coerced;

  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }

  const fieldsOf = (type: GraphQLObjectType, selections: SelectionSetNode): FieldNode[] =>
    [...collectFields(schema, fragments, variables, type, selections).values()].flat();

  function countField(type: GraphQLObjectType, node: FieldNode, parent?: Representation): void {
    const field = type.getFields()[node.name.value];
    const key = field?.extensions['lookupBy'];
    if (!field || typeof key !== 'string') return;
    const values = parent ?? getArgumentValues(field, node, variables);
    const value = values[key];
    // Anything else is refused before it is looked up.
    if (typeof value === 'string') lookups.add(JSON.stringify([key, value]));
  }

  function countEntities(node: FieldNode): void {
    const field = query?.getFields()['_entities'];
    if (!field || !node.selectionSet) return;
    const { representations } = getArgumentValues(field, node, variables);
    if (!Array.isArray(representations)) return;
    for (const representation of representations as readonly (Representation | null)[]) {
      const typeName = representation?.['__typename'];
      const type = typeof typeName === 'string' ? schema.getType(typeName) : undefined;
      if (!representation || !type || !('getFields' in type) || !('getInterfaces' in type)) continue;
      for (const child of fieldsOf(type as GraphQLObjectType, node.selectionSet)) {
        unlessRefused(() => countField(type as GraphQLObjectType, child, representation));
      }
    }
  }

  unlessRefused(() => {
    for (const node of fieldsOf(query, operation.selectionSet)) {
      unlessRefused(() => (node.name.value === '_entities' ? countEntities(node) : countField(query, node)));
    }
  });
  return lookups;
}
