import type { FastifyBaseLogger } from 'fastify';
import type { ErrorCap } from './limits/error-cap.ts';
import type { Explanation } from './loading/explanation.ts';
import type { LoaderDependencies } from './loading/loader-dependencies.ts';
import type { Operation } from './operation.ts';
import { operations } from './registry.ts';

type Operations = typeof operations;
type LoaderOf<T> = T extends Operation<infer Loader> ? Loader : never;

/** One loader an operation, derived from the registry so that the two cannot drift. */
export type Loaders = { readonly [Name in keyof Operations]: LoaderOf<Operations[Name]> };

/** What resolvers are given: everything of one request and nothing of another. */
export interface RequestContext {
  readonly loaders: Loaders;
  /** Whose lines name the request and its viewer. */
  readonly log: () => FastifyBaseLogger;
  readonly errorCap: ErrorCap;
  /** Where the request asked how its data came about. */
  readonly explanation?: Explanation | undefined;
}

const namedOperations = Object.entries(operations);

export function createLoaders(
  dependencies: Omit<LoaderDependencies, 'onLookupEnded'>,
  explanation?: Explanation,
): Loaders {
  const loaders: Record<string, unknown> = {};
  for (const [name, operation] of namedOperations) {
    loaders[name] = operation.createLoader({
      ...dependencies,
      onLookupEnded: explanation && ((id, lookup) => explanation.ended(name, id, lookup)),
    });
  }
  return loaders as Loaders;
}
