const refuse = (): never => {
  throw new Error('No route has a JSON schema of its own: GraphQL checks what is asked.');
};

/**
 * For fastify: nothing is compiled from JSON schemas. Its own compilers take longer to load than all else of it, and
 * are no part of the bundle.
 */
export const noSchemas = { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } };
