import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DingTalkError } from './dingtalk-error.ts';
import type { PublicCode } from './codes.ts';
import { toPublicFailure } from './public-failure.ts';
import { withholdInput } from './withhold-input.ts';

/** Also what Apollo Server calls every error that nobody gave a code. */
const unforeseen: PublicCode = 'INTERNAL_SERVER_ERROR';
const tooComplex: PublicCode = 'QUERY_TOO_COMPLEX';
const badInput: PublicCode = 'BAD_USER_INPUT';

const tooManyTokens = /^Syntax Error: Document contains more tha[nt] (\d+) tokens.*$/;
/** What a client sent does not fit its type, though the message alone says so. */
const wrongInput = /^(?:Argument "\w+" |Too many errors processing variables)/;

/**
 * The one step between an error and the client. DingTalk's failures are told in the gateway's words,
 * errors made as `GraphQLError` are public as they are, and everything else is masked.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const error = unwrapResolverError(thrown);
  const { locations, path } = formatted;
  const where = { ...(locations && { locations }), ...(path && { path }) };

  if (error instanceof DingTalkError) return { ...toPublicFailure(error), ...where };
  const code = codeOf(thrown, formatted);
  if (error instanceof GraphQLError && code !== unforeseen) {
    return {
      message: inOurWords(formatted),
      ...where,
      extensions: { retryable: false, ...formatted.extensions, code },
    };
  }
  return {
    message: 'Something went wrong in the gateway: try again, and report the x-request-id if it stays.',
    ...where,
    extensions: { code: unforeseen, retryable: false },
  };
}

/** Apollo Server's and graphql-js's messages, where they echo input or speak to whoever runs the server. */
function inOurWords({ message, extensions }: GraphQLFormattedError): string {
  if (extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED') {
    return 'Introspection is off here: the schema comes from whoever runs this gateway.';
  }
  return withholdInput(message).replace(tooManyTokens, 'This document has more than $1 tokens: split it.');
}

/** GraphQL's own refusals say what kind they are by their words only, or hide who made them. */
function codeOf(thrown: unknown, { message, extensions }: GraphQLFormattedError): unknown {
  const code = extensions?.['code'];
  const cause = thrown instanceof GraphQLError ? thrown.originalError : undefined;
  const madeByARule = cause instanceof GraphQLError ? cause.extensions['code'] : undefined;
  if (code === 'GRAPHQL_VALIDATION_FAILED') return madeByARule ?? code;
  if (code === 'GRAPHQL_PARSE_FAILED' && tooManyTokens.test(message)) return tooComplex;
  // Such as a variable that fits its own type and not the argument's: null where a default would have been.
  if (code === unforeseen && (cause ?? thrown) instanceof GraphQLError && wrongInput.test(message))
    return badInput;
  return code;
}
