import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DingTalkError } from './dingtalk-error.ts';
import type { PublicCode } from './codes.ts';
import type { ExceededLimit } from './public-error.ts';
import { toPublicFailure } from './public-failure.ts';
import { withholdInput } from './withhold-input.ts';

/** Also Apollo Server's code for every error without one. */
const unforeseen: PublicCode = 'INTERNAL_SERVER_ERROR';
const tooComplex: PublicCode = 'QUERY_TOO_COMPLEX';
const badInput: PublicCode = 'BAD_USER_INPUT';

const tooManyTokens = /^Syntax Error: Document contains more tha[nt] (\d+) tokens.*$/;
/** Input that does not fit its type has no code of its own, only these messages. */
const wrongInput = /^(?:Argument "\w+" |Too many errors processing variables)/;

/**
 * The one step between an error and the client. A `DingTalkError` becomes its public failure, a `GraphQLError` keeps its
 * code and loses quoted input, and everything else is masked. With `keepDocument`, for development, messages keep what
 * they quote of the document, and suggestions.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  { keepDocument }: { readonly keepDocument: boolean },
): GraphQLFormattedError {
  const error = unwrapResolverError(thrown);
  const { locations, path } = formatted;
  const where = { ...(locations && { locations }), ...(path && { path }) };

  if (error instanceof DingTalkError) return { ...toPublicFailure(error), ...where };
  const code = codeOf(thrown, formatted);
  if (error instanceof GraphQLError && code !== unforeseen) {
    return {
      message: toPublicMessage(formatted, keepDocument),
      ...where,
      extensions: { retryable: false, ...formatted.extensions, ...exceededTokens(formatted), code },
    };
  }
  return {
    message: 'Internal error of the gateway: try again, and report the x-request-id if it persists.',
    ...where,
    extensions: { code: unforeseen, retryable: false },
  };
}

/** The parser stops at the limit, and says so in its message alone. */
function exceededTokens({ message }: GraphQLFormattedError): ExceededLimit | undefined {
  const limit = Number(tooManyTokens.exec(message)?.[1]);
  return Number.isNaN(limit) ? undefined : { limit, asked: limit + 1, variable: 'MAX_QUERY_TOKENS' };
}

/** Replaces messages of Apollo Server and graphql-js that echo input or address the operator of the server. */
function toPublicMessage({ message, extensions }: GraphQLFormattedError, keepDocument: boolean): string {
  if (extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED') {
    return 'Introspection is disabled. Ask the operator of this gateway for the schema.';
  }
  return withholdInput(message, { keepDocument }).replace(
    tooManyTokens,
    'This document has more than $1 tokens: split it.',
  );
}

/** Some errors of graphql-js show their kind only in the message, or wrap the error of a rule that has a code. */
function codeOf(thrown: unknown, { message, extensions }: GraphQLFormattedError): unknown {
  const code = extensions?.['code'];
  const cause = thrown instanceof GraphQLError ? thrown.originalError : undefined;
  const ruleCode = cause instanceof GraphQLError ? cause.extensions['code'] : undefined;
  if (code === 'GRAPHQL_VALIDATION_FAILED') return ruleCode ?? code;
  if (code === 'GRAPHQL_PARSE_FAILED' && tooManyTokens.test(message)) return tooComplex;
  // For example null for a nullable variable whose argument is non-null with a default.
  if (code === unforeseen && (cause ?? thrown) instanceof GraphQLError && wrongInput.test(message))
    return badInput;
  return code;
}
