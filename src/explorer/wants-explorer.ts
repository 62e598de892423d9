import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** Where a client wants all of them alike, the first is its answer. */
const mediaTypes = ['application/graphql-response+json', 'application/json', 'text/html'];

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
  return (
    request.method === 'GET' &&
    !carriesQuery(request.query) &&
    new Negotiator(request).mediaType(mediaTypes) === 'text/html'
  );
}
