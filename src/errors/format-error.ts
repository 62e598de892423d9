import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import type { PublicCode } from './codes.ts';
import { toPublicFailure } from './to-graphql.ts';

/** Also what Apollo Server calls every error that nobody gave a code. */
const unforeseen: PublicCode = 'INTERNAL_SERVER_ERROR';

/**
 * The one step between an error and the client. DingTalk's failures are told in the gateway's words,
 * errors made as `GraphQLError` are public as they are, and everything else is masked.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const error = unwrapResolverError(thrown);
  const { locations, path } = formatted;
  const where = { ...(locations && { locations }), ...(path && { path }) };

  if (error instanceof DingTalkError) return { ...toPublicFailure(error), ...where };
  const code = formatted.extensions?.['code'];
  if (error instanceof GraphQLError && code !== unforeseen) {
    return {
      message: formatted.message,
      ...where,
      extensions: { retryable: false, ...formatted.extensions },
    };
  }
  return {
    message: 'Something went wrong in the gateway: try again, and report the x-request-id if it stays.',
    ...where,
    extensions: { code: unforeseen, retryable: false },
  };
}
