import type { GraphQLResponse } from '@apollo/server';
import { graphqlResponse } from '../media-types.ts';

/** HTTP has no name for it: only answers of type `application/graphql-response+json` may have this status. */
export const partialSuccess = { code: 294, message: 'Partial Success' } as const;

/**
 * Sets the status that the September 2026 edition of GraphQL over HTTP gives an answer of type `mediaType`: 294 where it has
 * both data and errors, and 422 where the request can be read but not executed. Apollo Server has 200 and 400 for these.
 *
 * @see https://http-spec.graphql.org/September2026/#sec-Status-Codes
 */
export function setStatus({ http, body }: GraphQLResponse, mediaType: string): void {
  if (body.kind !== 'single') return;
  const { data, errors = [] } = body.singleResult;
  if (errors.length === 0) return;
  const isGraphQLResponse = mediaType === graphqlResponse;
  if (data !== undefined) {
    if (isGraphQLResponse) http.status = partialSuccess.code;
    return;
  }
  const isUnreadable = errors.some(({ extensions }) => extensions?.['code'] === 'GRAPHQL_PARSE_FAILED');
  if (http.status === 400 && !isUnreadable) http.status = 422;
}
