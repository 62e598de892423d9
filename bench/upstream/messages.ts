/** The requests to the stand-in's process, over its channel rather than over HTTP. */
export type UpstreamRequest =
  | { readonly kind: 'begin'; readonly latencyMs: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'deny'; readonly pairs: readonly (readonly [viewer: number, id: string])[] };

/** The counts since the last `begin`. */
export interface UpstreamCounts {
  readonly calls: number;
  /** Calls on behalf of another viewer than the id's. */
  readonly foreign: number;
}

export type UpstreamReply = { readonly url: string } | { readonly done: true } | UpstreamCounts;
