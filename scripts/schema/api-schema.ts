import { GraphQLObjectType, GraphQLSchema, printSchema, specifiedDirectives } from 'graphql';
import { createSchema } from '../../src/graph/schema.ts';

/** The graph as clients see it: without `_entities`, `_service` and the directives of federation and of caches. */
export async function createApiSchema(): Promise<GraphQLSchema> {
  const query = (await createSchema()).getQueryType();
  if (!query) throw new Error('The graph has no query type');
  const { fields, ...config } = query.toConfig();
  const own = Object.entries(fields).filter(([name]) => !name.startsWith('_'));
  return new GraphQLSchema({
    query: new GraphQLObjectType({ ...config, fields: Object.fromEntries(own) }),
    directives: specifiedDirectives,
  });
}

export const printApiSchema = (schema: GraphQLSchema): string => `${printSchema(schema)}\n`;
