import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

/** By these Apollo Server's CSRF prevention recognizes a GET that a browser sends only after a preflight. */
const preflightHeaders = ['content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const;

/** Longer than any media type or operation name in use. */
const longestHeader = 256;

/** Converts a request for Apollo Server. Passes on only the headers that it needs: no credentials. */
export function toHttpGraphQLRequest({ method, headers, url, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  // Apollo Server parses it at three places. Empty means plain JSON as well, and saves the parsing.
  const { accept = '' } = headers;
  known.set('accept', accept === 'application/json' ? '' : accept);
  if (method === 'GET') {
    for (const name of preflightHeaders) {
      const value = headers[name];
      // Apollo Server's parser of media types takes quadratic time.
      if (value !== undefined && value.length <= longestHeader) known.set(name, String(value));
    }
    return { method, headers: known, search: new URL(url, 'http://gateway').search, body };
  }
  // The body is JSON (see `json-body.ts`), which browsers send across origins only after a preflight.
  known.set('apollo-require-preflight', 'settled');
  return { method, headers: known, search: '', body };
}
