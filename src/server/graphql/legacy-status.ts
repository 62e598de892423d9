import type { GraphQLRequest, GraphQLResponse } from '@apollo/server';
import Negotiator from 'negotiator';

const graphqlMediaTypes = ['application/graphql-response+json', 'application/json'];

/** Refusals of a well-formed request, before anything was executed. */
const refusals: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
];

/**
 * Sets status 200 for a refused document where the client accepts plain `application/json`: such clients attribute any
 * other status to an intermediary, and do not trust its body.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export function setLegacyStatus(
  { http: httpRequest }: GraphQLRequest,
  { http, body }: GraphQLResponse,
): void {
  if (http.status !== 400 || body.kind !== 'single') return;
  const { errors = [] } = body.singleResult;
  const isRefusal = errors.every(({ extensions }) => refusals.includes(extensions?.['code']));
  if (isRefusal && prefersPlainJson(httpRequest?.headers.get('accept'))) http.status = 200;
}

/** The choice of Apollo Server as well: without an `Accept`, `application/json`. */
function prefersPlainJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return new Negotiator({ headers: { accept } }).mediaType(graphqlMediaTypes) === 'application/json';
}
