import { printSubgraphSchema } from '@apollo/subgraph';
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { createEntitiesField, createServiceField } from './subgraph-fields.ts';

/** The version is the newest that all composition engines know: a newer one buys nothing and shuts some of them out. */
const federationLink =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@key", "@listSize", "@shareable"])';

/** The text that other subgraphs are composed with: what `_service { sdl }` answers and `schema.graphql` holds. */
export const printSubgraph = (schema: GraphQLSchema): string =>
  `${federationLink}\n\n${printSubgraphSchema(schema)}\n`;

/**
 * The same graph with `_service` and `_entities`.
 *
 * @see https://www.apollographql.com/docs/graphos/reference/federation/subgraph-specific-fields
 */
export function asSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const query = schema.getQueryType();
  if (!query) throw new Error('The graph has no query type');
  const queryConfig = query.toConfig();
  const subgraphQuery = new GraphQLObjectType({
    ...queryConfig,
    fields: {
      ...queryConfig.fields,
      _entities: createEntitiesField(schema),
      _service: createServiceField(printSubgraph(schema)),
    },
  });
  return new GraphQLSchema({
    ...config,
    query: subgraphQuery,
    types: config.types.map((type) => (type === query ? subgraphQuery : type)),
  });
}
