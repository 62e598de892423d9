import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { checkBody, checkSearch } from './parameters.ts';

/** By these Apollo Server's CSRF prevention recognizes a GET that a browser sends only after a preflight. */
const preflightHeaders = ['content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const;

/** Longer than any media type or operation name in use. */
const longestHeader = 256;

/**
 * Converts a request for Apollo Server. Passes on only the headers that it needs: no credentials, and no `accept`, which it
 * would parse at three places (see `media-types.ts`).
 *
 * @throws {RefusedRequestError} for what is no GraphQL-over-HTTP request.
 */
export function toHttpGraphQLRequest({ method, headers, url, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  if (method === 'GET') {
    for (const name of preflightHeaders) {
      const value = headers[name];
      // Apollo Server's parser of media types takes quadratic time.
      if (value !== undefined && value.length <= longestHeader) known.set(name, String(value));
    }
    const search = checkSearch(new URL(url, 'http://gateway').searchParams).toString();
    return { method, headers: known, search, body };
  }
  checkBody(body);
  // The body is JSON (see `json-body.ts`), which browsers send across origins only after a preflight.
  known.set('apollo-require-preflight', 'settled');
  return { method, headers: known, search: '', body };
}
