import { printSubgraphSchema } from '@apollo/subgraph';
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Entities } from './entities.ts';
import { createEntitiesField, createServiceField } from './subgraph-fields.ts';

/** The version is the newest that all composition engines know: a newer one buys nothing and shuts some of them out. */
export const federationLink =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@key", "@listSize", "@shareable", "@tag"])';

/** What a subgraph is besides its schema. */
export interface Subgraph {
  /** `extend schema` with the version of the specification and the directives that the schema uses. */
  readonly link: string;
  readonly entities: Entities;
}

/**
 * The same graph with `_service` and `_entities`. The text that other subgraphs are composed with is what
 * `_service { sdl }` answers.
 *
 * @see https://www.apollographql.com/docs/graphos/reference/federation/subgraph-specific-fields
 */
export function asSubgraph(schema: GraphQLSchema, { link, entities }: Subgraph): GraphQLSchema {
  const config = schema.toConfig();
  const query = schema.getQueryType();
  if (!query) throw new Error('The graph has no query type');
  const queryConfig = query.toConfig();
  const subgraphQuery = new GraphQLObjectType({
    ...queryConfig,
    fields: {
      ...queryConfig.fields,
      _entities: createEntitiesField(schema, entities),
      _service: createServiceField(`${link}\n\n${printSubgraphSchema(schema)}\n`),
    },
  });
  return new GraphQLSchema({
    ...config,
    query: subgraphQuery,
    types: config.types.map((type) => (type === query ? subgraphQuery : type)),
  });
}
