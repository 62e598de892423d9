import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
  type GraphQLFieldConfig,
  type GraphQLSchema,
} from 'graphql';
import type { Entities } from './entities.ts';
import { createEntitySelection } from './entity-selection.ts';
import type { GraphContext } from '../graph-context.ts';
import { resolveRepresentation } from './resolve-representation.ts';

/** `_service: _Service!`: what a router's registry asks for the text of the graph. */
export function createServiceField(sdl: string): GraphQLFieldConfig<unknown, GraphContext> {
  const type = new GraphQLObjectType({
    name: '_Service',
    fields: { sdl: { type: new GraphQLNonNull(GraphQLString) } },
  });
  return { type: new GraphQLNonNull(type), resolve: () => ({ sdl }) };
}

interface EntitiesArguments {
  readonly representations: readonly unknown[];
}

/** `_entities(representations: [_Any!]!): [_Entity]!`: where a router asks for the fields of known keys. */
export function createEntitiesField(
  schema: GraphQLSchema,
  entities: Entities,
): GraphQLFieldConfig<unknown, GraphContext, EntitiesArguments> {
  const entity = new GraphQLUnionType({
    name: '_Entity',
    types: [...entities.keys()].map((name) => schema.getType(name)).filter((type) => isObjectType(type)),
    resolveType: ({ __typename }: { __typename: string }) => __typename,
  });
  const any = new GraphQLScalarType({ name: '_Any' });
  return {
    type: new GraphQLNonNull(new GraphQLList(entity)),
    args: { representations: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(any))) } },
    resolve(_query, { representations }, context, info) {
      const selectionOf = createEntitySelection(info, info.fieldNodes);
      return representations.map((each, index) => {
        const path = { prev: info.path, key: index, typename: undefined };
        return resolveRepresentation(each, entities, selectionOf, context, path);
      });
    },
  };
}
