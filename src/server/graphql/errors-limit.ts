import type { GraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { PublicCode } from '../../errors/codes.ts';

/**
 * Lists at most `limit` errors. Where there are more, `omitted` ones that never got an entry included, the last entry
 * says so: a null without an entry is then a failure as well, not an absence.
 */
export function limitErrors({ body }: GraphQLResponse, limit: number, omitted: number): void {
  if (body.kind !== 'single') return;
  const errors = mergeEqualRefusals(body.singleResult.errors ?? []);
  const all = errors.length + omitted;
  if (all === 0) return;
  if (all <= limit) {
    body.singleResult.errors = errors;
    return;
  }
  const listed = errors.slice(0, limit - 1);
  body.singleResult.errors = [...listed, omission(all - listed.length)];
}

/** What is wrong with the document in the same way at several places is one entry with all of them. */
function mergeEqualRefusals(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
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

function omission(omitted: number): GraphQLFormattedError {
  const code: PublicCode = 'ERRORS_OMITTED';
  return {
    message: `${omitted} more errors are not listed, and fields that failed with them are null: ask for less at once.`,
    extensions: { code, retryable: false, omitted },
  };
}
