/** Forbidden imports that still exist, as `importing file > imported file or package`. Delete a line with its import. */
export const exceptions: readonly string[] = [
  // server: GraphQL's route names the lookup cache; loopback is a value of config/.
  'server/graphql/graphql.route.ts > cache/lookup-cache.ts',
  'server/served-host.ts > config/loopback.ts',
  // identity: errors are made of GraphQLError.
  'identity/credential-headers.ts > graphql',
  'identity/jwt.authenticator.ts > graphql',
];
