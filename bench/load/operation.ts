/** One operation of a client: a GraphQL request, or several requests at once at a target without GraphQL. */
export type Operation = LookupOperation | PageOperation | FilesOperation;

/** The spaces of conversations. Without GraphQL one request for each id. */
export interface LookupOperation {
  readonly kind: 'lookup' | 'aliases' | 'entities';
  readonly viewer: number;
  /** The viewer's, where the router names it. */
  readonly organization?: number;
  /** May contain an id twice. */
  readonly ids: readonly string[];
}

/** The first page of a space with its thumbnails. Without GraphQL one request for the list and one for each thumbnail. */
export interface PageOperation {
  readonly kind: 'page';
  readonly viewer: number;
  readonly spaceId: string;
}

/** Files of one space by their ids. Without GraphQL one request for each. */
export interface FilesOperation {
  readonly kind: 'files';
  readonly viewer: number;
  readonly spaceId: string;
  readonly ids: readonly string[];
}
