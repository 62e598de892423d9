export { apollo, apolloByGet, apolloByHash } from './apollo.ts';
export { graphqlRequest } from './graphql-request.ts';
export { relay } from './relay.ts';
export { tanstackQuery } from './tanstack-query.ts';
export { urql } from './urql.ts';
