import { publicError, type PublicError } from '../errors/public-error.ts';

/** A request's headers as they came: name, value, name, value, as in `IncomingMessage.rawHeaders`. */
export type CredentialHeaders = readonly string[];

/** What RFC 6750 lets a bearer token hold; no comma, so that two that a proxy folded into one are none. */
const bearer = /^Bearer +([\w.~+/-]+=*)$/i;

/** The header's only value; undefined without one. Two values are two identities: refused. */
export function onlyValue(headers: CredentialHeaders, name: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const given = headers[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    if (found !== undefined) throw unauthenticated(`Send the header ${name} once.`);
    found = headers[index + 1];
  }
  return found;
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerToken(headers: CredentialHeaders): string {
  const token = bearer.exec(onlyValue(headers, 'authorization') ?? '')?.[1];
  if (token === undefined)
    throw refusedBearer('Send your token, and no other, in the header Authorization: Bearer <token>.');
  return token;
}

export function unauthenticated(message: string): PublicError {
  return publicError('UNAUTHENTICATED', message, { httpStatus: 401 });
}

export function refusedBearer(message: string): PublicError {
  const httpHeaders = { 'www-authenticate': 'Bearer' };
  return publicError('UNAUTHENTICATED', message, { httpStatus: 401, httpHeaders });
}

/** The credentials may be good: what would tell is out of reach, for the reason that `cause` gives to the log. */
export function identityUnavailable(cause: Error, retryAfterMs?: number): PublicError {
  return publicError(
    'UPSTREAM_UNAVAILABLE',
    'Your credentials cannot be checked right now: try again later.',
    { httpStatus: 503, retryable: true, cause, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}
