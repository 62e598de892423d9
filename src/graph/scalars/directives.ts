import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLEnumType, GraphQLInt } from 'graphql';

/**
 * Clients and routers may cache the field for its viewer only, for the default of `CACHE_TTL_MS`. The schema is the same in
 * every deployment, so it does not follow that variable.
 */
export const privateForAMinute = '@cacheControl(maxAge: 60, scope: PRIVATE)';

/** The same for a page of a list, for the default of `CACHE_LIST_TTL_MS`. */
export const privateForSeconds = '@cacheControl(maxAge: 15, scope: PRIVATE)';

/** A credential: no one may keep it. */
export const notCached = '@cacheControl(maxAge: 0, scope: PRIVATE)';

/** How many rows a router's demand control counts for a connection: its argument `first`. */
export const listCost = '@listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])';

/** For a list of ids, whose length no router can read: a page's worth. */
export const idsCost = '@listSize(assumedSize: 50)';

/** For the fields of keys: by this tag a contract leaves out of its API what only routers need. */
export const joinKey = '@tag(name: "join-key")';

/** The weight of one upstream call in a router's demand control; an object weighs 1 and a scalar 0. */
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
