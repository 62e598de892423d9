import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** If a client prefers none of them, the first wins. */
const mediaTypes = ['application/graphql-response+json', 'application/json', 'text/html'];

/**
 * Whether a request comes from a browser: a GET without a document that prefers HTML to a GraphQL answer.
 *
 * A client that accepts everything (no `Accept`, or `*`/`*`) is not a browser.
 */
export function wantsExplorer(request: Pick<FastifyRequest, 'method' | 'headers' | 'query'>): boolean {
  return (
    request.method === 'GET' &&
    !carriesQuery(request.query) &&
    new Negotiator(request).mediaType(mediaTypes) === 'text/html'
  );
}

function carriesQuery(query: unknown): boolean {
  return typeof query === 'object' && query !== null && ('query' in query || 'documentId' in query);
}
