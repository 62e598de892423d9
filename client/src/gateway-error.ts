import { publicCodes, type PublicCode } from './generated/codes.ts';
import type { PublicExtensions } from './generated/public-extensions.ts';

/** One entry of `errors` that the gateway itself wrote. `extensions.code` decides what to do, never the message. */
export interface GatewayError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: PublicExtensions;
}

/**
 * Whether `error` is an entry of `errors` with one of the gateway's codes. Errors of GraphQL itself, of a router and of a
 * newer gateway can have other codes.
 */
export function isGatewayError(error: unknown): error is GatewayError {
  if (!isMap(error) || !isMap(error['extensions'])) return false;
  const { code, retryable } = error['extensions'];
  return isCode(code) && typeof retryable === 'boolean';
}

/**
 * The gateway's errors in what a client library throws or returns: one error, an answer with `errors`, or the error of
 * Apollo Client, urql or graphql-request. None where it has none.
 */
export function gatewayErrorsOf(failure: unknown): readonly GatewayError[] {
  if (isGatewayError(failure)) return [failure];
  if (!isMap(failure)) return [];
  // The results of Apollo Client and urql hold their error, that of graphql-request its answer.
  const { error, response } = failure;
  return [failure, error, response].map(listedIn).find(({ length }) => length > 0) ?? [];
}

function listedIn(failure: unknown): readonly GatewayError[] {
  const { errors, graphQLErrors } = isMap(failure) ? failure : {};
  return [errors, graphQLErrors].flatMap((list) =>
    Array.isArray(list) ? list.filter((each) => isGatewayError(each)) : [],
  );
}

const isCode = (code: unknown): code is PublicCode =>
  typeof code === 'string' && Object.hasOwn(publicCodes, code);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
