import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

/** All that Apollo Server decides by. Whatever else came, credentials above all, is none of its business. */
const headerNames = ['content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const;

/** A request as Apollo Server takes it. */
export function toHttpGraphQLRequest({ method, headers, url, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  for (const name of headerNames) {
    const value = headers[name];
    if (value !== undefined) known.set(name, String(value));
  }
  // Without a word of the client it answers so as well, and need not read the media type anew.
  if (headers.accept !== undefined && headers.accept !== 'application/json') {
    known.set('accept', headers.accept);
  }
  const search = method === 'GET' ? new URL(url, 'http://gateway').search : '';
  return { method, headers: known, search, body };
}
