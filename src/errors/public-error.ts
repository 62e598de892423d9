import { GraphQLError } from 'graphql';
import type { PublicCode } from './codes.ts';
import type { PublicExtensions } from './public-extensions.ts';

/** A limit that a request exceeds. Without a `variable` it is fixed. */
export type ExceededLimit = Required<Pick<PublicExtensions, 'limit' | 'asked'>> & {
  readonly variable: string | undefined;
};

type OptionalExtensions = Partial<Pick<PublicExtensions, 'retryable' | 'retryAfterMs' | 'argument'>>;

interface PublicErrorOptions extends OptionalExtensions {
  /** The status of the whole answer: for errors of the request, not of a field. */
  readonly httpStatus?: number;
  /** Only together with `httpStatus`. */
  readonly httpHeaders?: Readonly<Record<string, string>>;
  readonly exceeded?: ExceededLimit;
  /** For the log; never sent to clients. */
  readonly cause?: Error;
}

/** An error whose message is written for the client and passes the masking step unchanged. */
export type PublicError = GraphQLError;

export const isPublicError = (error: unknown): error is PublicError => error instanceof GraphQLError;

/** Creates a {@link PublicError}. */
export function publicError(
  code: PublicCode,
  message: string,
  options: PublicErrorOptions = {},
): PublicError {
  const {
    httpStatus,
    httpHeaders = {},
    retryable = false,
    retryAfterMs,
    argument,
    exceeded,
    cause,
  } = options;
  return new GraphQLError(message, {
    ...(cause && { originalError: cause }),
    extensions: {
      code,
      retryable,
      ...(argument !== undefined && { argument }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...exceeded,
      ...(httpStatus !== undefined && {
        http: { status: httpStatus, headers: new Map(Object.entries(httpHeaders)) },
      }),
    },
  });
}
