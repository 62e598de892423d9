import type { GraphQLError } from 'graphql';
import { publicError } from '../errors/public-error.ts';

/** A request's headers as they came: name, value, name, value, as in `IncomingMessage.rawHeaders`. */
export type CredentialHeaders = readonly string[];

/** The header's only value; undefined without one. Two values are two identities: refused. */
export function onlyValue(headers: CredentialHeaders, name: string): string | undefined {
  const values: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === name) values.push(headers[index + 1] ?? '');
  }
  if (values.length > 1) throw unauthenticated(`Send the header ${name} once.`);
  return values[0];
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerToken(headers: CredentialHeaders): string {
  const match = /^Bearer +([^\s,]+)$/i.exec(onlyValue(headers, 'authorization') ?? '');
  if (!match?.[1]) throw unauthenticated('Send your token in the header Authorization: Bearer <token>.');
  return match[1];
}

export function unauthenticated(message: string): GraphQLError {
  return publicError('UNAUTHENTICATED', message, { httpStatus: 401 });
}

/** The credentials may be good: what would tell is out of reach. */
export function identityUnavailable(): GraphQLError {
  const message = 'Your credentials cannot be checked right now: try again later.';
  return publicError('UPSTREAM_UNAVAILABLE', message, { httpStatus: 503, retryable: true });
}
