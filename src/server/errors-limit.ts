import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { PublicCode } from '../errors/codes.ts';

/**
 * Lists at most `limit` errors. Where there are more, the last entry says so: a null without an entry of its
 * own is then a failure as well, not an absence.
 */
export function limitErrors({ body }: GraphQLResponse, limit: number): void {
  if (body.kind !== 'single') return;
  const { errors = [] } = body.singleResult;
  if (errors.length <= limit) return;
  const listed = errors.slice(0, limit - 1);
  body.singleResult.errors = [...listed, omission(errors.length - listed.length)];
}

function omission(omitted: number): GraphQLFormattedError {
  const code: PublicCode = 'ERRORS_OMITTED';
  return {
    message: `${omitted} more errors are not listed, and fields that failed with them are null: ask for less at once.`,
    extensions: { code, retryable: false, omitted },
  };
}
