import type { FastifyRequest } from 'fastify';
import { acceptedQuality } from './accept-header.ts';

const graphqlMediaTypes = ['application/graphql-response+json', 'application/json'];

function carriesQuery(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'query' in query;
}

/**
 * Tells a person's browser from a GraphQL client: a GET without a `query` that would rather have HTML than a
 * GraphQL answer.
 *
 * A client that takes anything (no `Accept`, or any type alike) is not a browser.
 */
export function wantsExplorer(request: Pick<FastifyRequest, 'method' | 'headers' | 'query'>): boolean {
  if (request.method !== 'GET' || carriesQuery(request.query)) {
    return false;
  }
  const accept = request.headers.accept ?? '*/*';
  const html = acceptedQuality(accept, 'text/html');
  return graphqlMediaTypes.every((mediaType) => html > acceptedQuality(accept, mediaType));
}
