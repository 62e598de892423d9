import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLEnumType, GraphQLInt } from 'graphql';

/**
 * How long clients and routers may keep what they are told, and for whom: for the viewer that asked and nobody else,
 * as long as it counts as fresh here by default. The graph's text is the same in every deployment, so it does not
 * follow `CACHE_TTL_MS`.
 */
export const privateForAMinute = '@cacheControl(maxAge: 60, scope: PRIVATE)';

/** What a router's demand control counts for one upstream call; an object counts 1 and a scalar nothing. */
export const lookupCost = '@cost(weight: 10)';

/** @see https://www.apollographql.com/docs/apollo-server/performance/caching#in-your-schema-static */
export const cacheControlDirective = new GraphQLDirective({
  name: 'cacheControl',
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    maxAge: { type: GraphQLInt },
    scope: {
      type: new GraphQLEnumType({ name: 'CacheControlScope', values: { PUBLIC: {}, PRIVATE: {} } }),
    },
    inheritMaxAge: { type: GraphQLBoolean },
  },
});
