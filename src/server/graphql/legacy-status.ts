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
 * Answers a client that speaks plain `application/json` with 200 where the document itself is refused: to such
 * clients any other status may come from something between, and its body is not to be trusted.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export function setLegacyStatus({ http: asked }: GraphQLRequest, { http, body }: GraphQLResponse): void {
  if (http.status !== 400 || body.kind !== 'single') return;
  const { errors = [] } = body.singleResult;
  const isRefusal = errors.every(({ extensions }) => refusals.includes(extensions?.['code']));
  if (isRefusal && prefersPlainJson(asked?.headers.get('accept'))) http.status = 200;
}

/** What Apollo Server chooses as well: without a word of the client, `application/json`. */
function prefersPlainJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return new Negotiator({ headers: { accept } }).mediaType(graphqlMediaTypes) === 'application/json';
}
