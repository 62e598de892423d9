import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

/** What tells a request without a body from one that a browser sends across origins unasked. */
const headersOfBodiless = ['content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const;

/** Far above any media type or operation's name. */
const longestHeader = 256;

/** A request as Apollo Server takes it. Whatever else came, credentials above all, is none of its business. */
export function toHttpGraphQLRequest({ method, headers, url, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  // Asked for at three places. Empty is as good as missing, and as the plain JSON that it answers with then: no media
  // type need be read.
  const { accept = '' } = headers;
  known.set('accept', accept === 'application/json' ? '' : accept);
  if (method === 'GET') {
    for (const name of headersOfBodiless) {
      const value = headers[name];
      // Apollo Server's reader of media types takes the square of a long one's length.
      if (value !== undefined && value.length <= longestHeader) known.set(name, String(value));
    }
    return { method, headers: known, search: new URL(url, 'http://gateway').search, body };
  }
  // A body is JSON here (see `json-body.ts`), which no browser sends across origins unasked.
  known.set('apollo-require-preflight', 'settled');
  return { method, headers: known, search: '', body };
}
