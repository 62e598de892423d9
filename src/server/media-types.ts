import Negotiator from 'negotiator';

export const graphqlResponse = 'application/graphql-response+json; charset=utf-8';
export const plainJson = 'application/json; charset=utf-8';

/** Reading one takes time that grows with the square of its length. */
const longestAccept = 2000;

/** A client that accepts both alike, as with `*`/`*`, gets the first: it may not know the second. */
const offered = [plainJson, graphqlResponse];

/**
 * The media type that a client prefers for its data; undefined where it accepts neither.
 *
 * What has no data is a `graphqlResponse` for each client: by that type it can tell the gateway's answers from those of what
 * is between them.
 *
 * @see https://http-spec.graphql.org/September2026/#sec-Body
 */
export function preferredMediaType(accept: string | undefined): string | undefined {
  switch (accept) {
    case undefined:
    case '':
    case '*/*':
    case 'application/json':
      return plainJson;
    default:
      if (accept.length > longestAccept) return undefined;
      return new Negotiator({ headers: { accept } }).mediaType(offered);
  }
}
