import { RefusedCredentialsError } from '../errors/refused-credentials-error.ts';
import { publicError, type PublicError } from '../errors/public-error.ts';

/** The headers as received: name, value, name, value, as in `IncomingMessage.rawHeaders`. */
export type CredentialHeaders = readonly string[];

/** The characters that RFC 6750 allows. No comma, so that two headers joined by a proxy do not match. */
const bearer = /^Bearer +([\w.~+/-]+=*)$/i;

/** The header's only value; undefined without one. @throws `UNAUTHENTICATED` for two: they could be two identities. */
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

/** The token of `Authorization: Bearer <token>`. @throws `UNAUTHENTICATED` without exactly one. */
export function bearerToken(headers: CredentialHeaders): string {
  const token = bearer.exec(onlyValue(headers, 'authorization') ?? '')?.[1];
  if (token === undefined)
    throw refusedBearer('Send one token, in the header Authorization: Bearer <token>.');
  return token;
}

export function unauthenticated(message: string): PublicError {
  return publicError('UNAUTHENTICATED', message, { httpStatus: 401 });
}

/** `reason` is for the log. */
export function refusedBearer(message: string, reason?: string): PublicError {
  return publicError('UNAUTHENTICATED', message, {
    httpStatus: 401,
    httpHeaders: { 'www-authenticate': 'Bearer' },
    ...(reason !== undefined && { cause: new RefusedCredentialsError(reason) }),
  });
}

/** For credentials that cannot be checked right now; `cause` is for the log. */
export function identityUnavailable(cause: Error, retryAfterMs?: number): PublicError {
  return publicError(
    'UPSTREAM_UNAVAILABLE',
    'Your credentials cannot be checked right now: try again later.',
    { httpStatus: 503, retryable: true, cause, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}
