/** One operation of a client: a GraphQL request, or one request for each id at a target without GraphQL. */
export interface Operation {
  readonly kind: 'lookup' | 'aliases' | 'entities';
  readonly viewer: number;
  /** May contain an id twice. */
  readonly ids: readonly string[];
}
