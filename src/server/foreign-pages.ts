import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { OriginCheck } from '../domain/origin.ts';
import { RefusedRequestError } from './refusal.ts';

/** A page sends these to another origin only after a preflight, which `CORS_ORIGINS` answers. */
const preflightedHeaders = [
  'x-api-key',
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-apollo-operation-name',
] as const;
/** Browsers add credentials of other schemes, such as Basic, by themselves. */
const bearer = /^Bearer +\S/i;
const json = /^application\/json *(?:;|$)/i;
/** Longer than any media type in use. */
const longestType = 256;

/** Where the fetching was not by `fetch`, a page had no say in the headers: what is between has added them. */
const withoutHeaders: readonly unknown[] = ['no-cors', 'navigate', 'websocket'];

/** For the log, where the address of the page is in another field. */
export const foreignPageReason =
  'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF)';

/**
 * Refuses a GET that any page could have caused, with a link or a picture: nobody would read the answer, but its calls would be
 * made. It is answered where a preflight has allowed it, or where it comes from no foreign page.
 *
 * @throws {RefusedRequestError}
 */
export function refuseForeignPage(request: FastifyRequest, isAllowedOrigin: OriginCheck): void {
  const { headers } = request;
  if (isOwnPage(headers) || isAllowedOrigin(headers.origin) || hadPreflight(headers)) return;
  request.refused = { code: 'BAD_REQUEST', reason: foreignPageReason };
  throw new RefusedRequestError(
    400,
    `${foreignPageReason}. Any page can send this GET: send the header graphql-require-preflight: 1 with it, or your credentials (Authorization: Bearer, x-api-key), or ask by POST.`,
  );
}

/** @throws {RefusedRequestError} for a GET that announces a body of another type. */
export function refuseOtherBodies({ headers }: FastifyRequest): void {
  if (headers['content-type'] === undefined || isJson(headers)) return;
  throw new RefusedRequestError(415, 'A GET has no body: leave out content-type, or send application/json.');
}

const isJson = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean =>
  type.length <= longestType && json.test(type);

/** `none`: typed by a person, or from a bookmark. A page on a sibling domain is `same-site`, and foreign. */
const isOwnPage = ({ 'sec-fetch-site': site }: IncomingHttpHeaders): boolean =>
  site === 'same-origin' || site === 'none';

function hadPreflight(headers: IncomingHttpHeaders): boolean {
  if (withoutHeaders.includes(headers['sec-fetch-mode'])) return false;
  const { authorization } = headers;
  if (authorization !== undefined && bearer.test(authorization)) return true;
  if (isJson(headers)) return true;
  return preflightedHeaders.some((name) => headers[name] !== undefined && headers[name] !== '');
}
