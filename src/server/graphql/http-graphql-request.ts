import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { AskedDocument, Documents } from './documents.ts';
import { checkBody, checkSearch, type Extensions, type Parameters } from './parameters.ts';

/** By these Apollo Server's CSRF prevention recognizes a GET that a browser sends only after a preflight. */
const preflightHeaders = ['content-type', 'x-apollo-operation-name', 'apollo-require-preflight'] as const;

/** Longer than any media type or operation name in use. */
const longestHeader = 256;

/** A request for Apollo Server, with the text of the document that it asks for. */
interface GraphQLRequest {
  readonly httpGraphQLRequest: HTTPGraphQLRequest;
  readonly document: AskedDocument;
}

/**
 * Converts a request for Apollo Server. Passes on only the headers that it needs: no credentials, and no `accept`, which it
 * would parse at three places (see `media-types.ts`). Nor does it see that a document was named by an id.
 *
 * @throws {RefusedRequestError} for what is no GraphQL-over-HTTP request.
 */
export function toHttpGraphQLRequest(
  { method, headers, url, body }: FastifyRequest,
  documents: Documents,
): GraphQLRequest {
  const known = new HeaderMap();
  if (method === 'GET') {
    for (const name of preflightHeaders) {
      const value = headers[name];
      // Apollo Server's parser of media types takes quadratic time.
      if (value !== undefined && value.length <= longestHeader) known.set(name, String(value));
    }
    const { parameters, given } = checkSearch(new URL(url, 'http://gateway').searchParams);
    const document = documents.ask(parameters);
    if (document.text !== undefined) given.set('query', document.text);
    const { extensions } = parameters;
    if (extensions?.persistedQuery) given.set('extensions', JSON.stringify(withoutHash(extensions)));
    return { httpGraphQLRequest: { method, headers: known, search: given.toString(), body }, document };
  }
  const parameters = checkBody(body);
  const document = documents.ask(parameters);
  // The body is JSON (see `json-body.ts`), which browsers send across origins only after a preflight.
  known.set('apollo-require-preflight', 'settled');
  const httpGraphQLRequest = { method, headers: known, search: '', body: withText(parameters, document) };
  return { httpGraphQLRequest, document };
}

function withText(parameters: Parameters, { text }: AskedDocument): Parameters {
  const { extensions } = parameters;
  const asText = text === undefined ? parameters : { ...parameters, query: text };
  return extensions?.persistedQuery ? { ...asText, extensions: withoutHash(extensions) } : asText;
}

function withoutHash({ persistedQuery: _hash, ...others }: Extensions): Extensions {
  return others;
}
