import { GraphQLError } from 'graphql';
import type { PublicCode } from './codes.ts';

interface PublicErrorOptions {
  /** The status of the whole answer: for errors of the request, never for errors of a field. */
  readonly httpStatus?: number;
  readonly retryable?: boolean;
  readonly argument?: string;
}

/** An error whose message is written for the client and passes the masking step unchanged. */
export function publicError(
  code: PublicCode,
  message: string,
  options: PublicErrorOptions = {},
): GraphQLError {
  const { httpStatus, retryable = false, argument } = options;
  return new GraphQLError(message, {
    extensions: {
      code,
      retryable,
      ...(argument !== undefined && { argument }),
      ...(httpStatus !== undefined && { http: { status: httpStatus } }),
    },
  });
}
