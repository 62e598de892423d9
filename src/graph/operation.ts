import type { LoaderDependencies } from './loading/loader-dependencies.ts';
import type { IdKind } from './scalars/opaque-id.ts';
import type { Loaders } from './request-context.ts';

/** One operation of the graph: everything but its line in the registry lives in its own folder. */
export interface Operation<Loader> {
  /** The fields that it adds; without one it serves references of other subgraphs only. */
  readonly resolver?: new () => object;
  readonly createLoader: (dependencies: LoaderDependencies) => Loader;
  /** The types that other subgraphs may refer to by their key. */
  readonly entities: readonly Entity[];
}

/** A type of which another subgraph may know the key and nothing else. */
export interface Entity {
  readonly type: new () => object;
  /** The one field of its `@key`, and which values it can have. */
  readonly key: IdKind;
  /**
   * The loader that finds the entity by its key, asked only where more than the key is: one upstream lookup a distinct
   * key. Without it the key is all there is to find, and the fields beyond look up for themselves.
   */
  readonly foundBy?: keyof Loaders;
}
