import type { Lookup } from './loading/looks-up.decorator.ts';
import type { IdKind } from './scalars/opaque-id.ts';

/** One operation of the graph: everything but its line in the registry lives in its folder. */
export interface Operation {
  /** The fields that it adds; without one it serves references of other subgraphs only. */
  readonly resolvers: readonly (new () => object)[];
  /** The types that other subgraphs may refer to by their key. */
  readonly entities: readonly Entity[];
}

/** A type of which another subgraph may know the key and nothing else. */
export interface Entity {
  readonly type: new () => object;
  /** The fields of its `@key`. */
  readonly keys: readonly IdKind[];
  /**
   * Finds the entity by its key: one lookup a distinct key, made only where fields are asked for that neither the key
   * nor a lookup of the field's own answers. Without it the key is all there is to find.
   */
  readonly foundBy?: Lookup;
}
