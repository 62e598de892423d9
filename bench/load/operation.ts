/** One thing a client wants: a request of GraphQL; of a target without GraphQL as many requests as it has ids. */
export interface Operation {
  readonly kind: 'lookup' | 'aliases' | 'entities';
  readonly viewer: number;
  /** May hold an id twice. */
  readonly ids: readonly string[];
}
