import { printSubgraphSchema } from '@apollo/subgraph';
import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isObjectType,
  type GraphQLFieldConfig,
} from 'graphql';
import { resolveRepresentation } from './resolve-representation.ts';
import type { Entity, Representation } from './operation.ts';
import type { RequestContext } from './request-context.ts';

const federationLink =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

/** The text that other subgraphs are composed with: what `_service { sdl }` answers and `schema.graphql` holds. */
export function printSubgraph(schema: GraphQLSchema): string {
  return `${federationLink}\n\n${printSubgraphSchema(schema)}\n`;
}

/**
 * The same graph with `_service` and `_entities`.
 *
 * @see https://www.apollographql.com/docs/graphos/reference/federation/subgraph-specific-fields
 */
export function asSubgraph(schema: GraphQLSchema, entities: readonly Entity[]): GraphQLSchema {
  const config = schema.toConfig();
  const query = schema.getQueryType();
  if (!query) throw new Error('The graph has no query type');
  const queryConfig = query.toConfig();
  const subgraphQuery = new GraphQLObjectType({
    ...queryConfig,
    fields: {
      ...queryConfig.fields,
      _entities: entitiesField(schema, entities),
      _service: serviceField(schema),
    },
  });
  return new GraphQLSchema({
    ...config,
    query: subgraphQuery,
    types: config.types.map((type) => (type === query ? subgraphQuery : type)),
  });
}

function serviceField(schema: GraphQLSchema): GraphQLFieldConfig<unknown, RequestContext> {
  const sdl = printSubgraph(schema);
  const type = new GraphQLObjectType({ name: '_Service', fields: { sdl: { type: GraphQLString } } });
  return { type: new GraphQLNonNull(type), resolve: () => ({ sdl }) };
}

function entitiesField(
  schema: GraphQLSchema,
  entities: readonly Entity[],
): GraphQLFieldConfig<unknown, RequestContext, { representations: readonly Representation[] }> {
  const byName = new Map(entities.map((entity) => [entity.type.name, entity]));
  const types = [...byName.keys()].map((name) => schema.getType(name)).filter((type) => isObjectType(type));
  const entity = new GraphQLUnionType({
    name: '_Entity',
    types,
    resolveType: ({ __typename }: { __typename: string }) => __typename,
  });
  const any = new GraphQLScalarType({ name: '_Any' });
  return {
    type: new GraphQLNonNull(new GraphQLList(entity)),
    args: { representations: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(any))) } },
    resolve: (_query, { representations }, context) =>
      representations.map((representation) => resolveRepresentation(byName, representation, context)),
  };
}
