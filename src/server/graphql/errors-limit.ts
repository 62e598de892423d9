import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { PublicCode } from '../../errors/codes.ts';
import type { PublicExtensions } from '../../errors/public-extensions.ts';

/**
 * Lists at most `limit` errors. Where there are more, the last entry counts those left out (`ERRORS_OMITTED`), so that
 * clients know that a null without an entry can be a failure. `omitted` is the number of errors that never got an entry.
 */
export function limitErrors({ body }: GraphQLResponse, limit: number, omitted: number): void {
  if (body.kind !== 'single') return;
  const errors = mergeEqualErrors(body.singleResult.errors ?? []);
  const all = errors.length + omitted;
  if (all === 0) return;
  if (all <= limit) {
    body.singleResult.errors = errors;
    return;
  }
  const listed = errors.slice(0, limit - 1);
  body.singleResult.errors = [...listed, omission(all, listed.length, limit)];
}

/** Equal errors of the document become one entry with all their locations. */
function mergeEqualErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const merged = new Map<unknown, GraphQLFormattedError>();
  for (const error of errors) {
    const key = error.path ? error : `${String(error.extensions?.['code'])} ${error.message}`;
    const same = merged.get(key);
    merged.set(key, same ? { ...same, ...placesOf(same, error) } : error);
  }
  return [...merged.values()];
}

function placesOf(...errors: readonly GraphQLFormattedError[]): Pick<GraphQLFormattedError, 'locations'> {
  const places = new Map(
    errors
      .flatMap(({ locations = [] }) => locations)
      .map((place) => [`${place.line}:${place.column}`, place]),
  );
  return places.size > 0 ? { locations: [...places.values()] } : {};
}

function omission(all: number, listed: number, limit: number): GraphQLFormattedError {
  const code: PublicCode = 'ERRORS_OMITTED';
  const omitted = all - listed;
  const exceeded = { limit, asked: all, variable: 'MAX_ERRORS' };
  const extensions: PublicExtensions = { code, retryable: false, omitted, ...exceeded };
  return {
    message: `${omitted} more errors are not listed, and their fields are null: select less data at once.`,
    extensions,
  };
}
