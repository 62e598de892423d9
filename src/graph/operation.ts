import type { LoaderDependencies } from './loader-dependencies.ts';
import type { RequestContext } from './request-context.ts';

/** One operation of the graph: everything but its line in the registry lives in its own folder. */
export interface Operation<Loader> {
  readonly resolver: new () => object;
  readonly createLoader: (dependencies: LoaderDependencies) => Loader;
  /** The types that other subgraphs may refer to by their key. */
  readonly entities: readonly Entity[];
}

export interface Entity {
  readonly type: new () => object;
  /**
   * The entity that a representation of another subgraph means, or a promise of it.
   *
   * @throws a public `BAD_USER_INPUT` error for a representation without a usable key.
   */
  readonly resolveReference: (representation: Representation, context: RequestContext) => unknown;
}

/** What a router knows of an entity: its type and the fields of one of its keys. */
export type Representation = Readonly<Record<string, unknown>>;
