import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { OriginCheck } from '../../domain/origin.ts';
import { refuseForeignPage, refuseOtherBodies } from '../foreign-pages.ts';
import type { AskedDocument, Documents } from './documents.ts';
import { checkBody, checkSearch, type Extensions, type Parameters } from './parameters.ts';

/** A request for Apollo Server, with the text of the document that it asks for. */
interface GraphQLRequest {
  readonly httpGraphQLRequest: HTTPGraphQLRequest;
  readonly document: AskedDocument;
}

/**
 * Converts a request for Apollo Server. Passes on no headers: no credentials, and no `accept`, which it would parse at three
 * places (see `media-types.ts`). Nor does it see that a document was named by an id.
 *
 * @throws {RefusedRequestError} for what is no GraphQL-over-HTTP request, or may be of a foreign page.
 */
export function toHttpGraphQLRequest(
  request: FastifyRequest,
  documents: Documents,
  isAllowedOrigin: OriginCheck,
): GraphQLRequest {
  const { method, url, body } = request;
  const headers = new HeaderMap();
  if (method === 'GET') {
    const { parameters, given } = checkSearch(new URL(url, 'http://gateway').searchParams);
    refuseForeignPage(request, isAllowedOrigin);
    refuseOtherBodies(request);
    const document = documents.ask(parameters);
    if (document.text !== undefined) given.set('query', document.text);
    const { extensions } = parameters;
    if (extensions?.persistedQuery) given.set('extensions', JSON.stringify(withoutHash(extensions)));
    return { httpGraphQLRequest: { method, headers, search: given.toString(), body }, document };
  }
  const parameters = checkBody(body);
  const document = documents.ask(parameters);
  // The body is JSON (see `json-body.ts`), which browsers send across origins only after a preflight.
  const httpGraphQLRequest = { method, headers, search: '', body: withText(parameters, document) };
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
