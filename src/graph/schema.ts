import 'reflect-metadata';
import { specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { cacheControlDirective } from './scalars/directives.ts';
import { describeCodes, queryDescription } from './describe-codes.ts';
import { entitiesOf } from './federation/entities.ts';
import { capErrors } from './limits/cap-errors.ts';
import { asSubgraph, federationLink } from './federation/subgraph.ts';
import type { Operation } from './operation.ts';
import { operations } from './registry.ts';

/** The whole graph, with what a federation router needs added. */
export async function createSchema(of: readonly Operation[] = operations): Promise<GraphQLSchema> {
  const [first, ...others] = of.flatMap(({ resolvers }) => resolvers);
  if (!first) throw new Error('No operation adds a field to the graph');
  const entities = entitiesOf(of);
  const schema = await buildSchema({
    resolvers: [first, ...others],
    orphanedTypes: [...entities.values()].map(({ type }) => type),
    directives: [...specifiedDirectives, cacheControlDirective],
    // Arguments are checked by functions that federation's representations go through as well.
    validate: false,
    // Apollo Server asserts the same of the schema that it is given, without asking for all of it by a query.
    skipCheck: true,
  });
  const served = capErrors(asSubgraph(describeCodes(schema), { link: federationLink, entities }));
  const query = served.getQueryType();
  if (query) query.description = queryDescription;
  return served;
}
