import 'reflect-metadata';
import { specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { asSubgraph } from './subgraph.ts';
import { operations } from './registry.ts';

type ResolverClass = (typeof operations)['conversationSpace']['resolver'];

/** The whole graph, with what a federation router needs added. */
export async function createSchema(): Promise<GraphQLSchema> {
  const registered = Object.values(operations);
  const entities = registered.flatMap((operation) => operation.entities);
  const schema = await buildSchema({
    resolvers: registered.map(({ resolver }) => resolver) as unknown as NonEmptyArray<ResolverClass>,
    orphanedTypes: entities.map(({ type }) => type),
    directives: [...specifiedDirectives],
    // Arguments are checked by functions that federation's representations go through as well.
    validate: false,
  });
  return asSubgraph(schema, entities);
}
