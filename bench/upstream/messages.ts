/** The requests to the stand-in's process, over its channel rather than over HTTP. */
export type UpstreamRequest =
  | { readonly kind: 'begin'; readonly latencyMs: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'connections' }
  | { readonly kind: 'close idle' }
  | { readonly kind: 'deny'; readonly pairs: readonly (readonly [viewer: number, id: string])[] };

/** The counts since the last `begin`. */
export interface UpstreamCounts {
  readonly calls: number;
  /** Calls on behalf of another viewer than the id's. */
  readonly foreign: number;
}

/** The connections since the last `begin`. */
export interface ConnectionCounts {
  readonly opened: number;
  /** Those that resumed a TLS session instead of a whole handshake. */
  readonly resumed: number;
}

/** The stand-in has two addresses: in plain text, and the same over TLS. */
export interface UpstreamAddresses {
  readonly url: string;
  readonly tlsUrl: string;
}

export type UpstreamReply = UpstreamAddresses | { readonly done: true } | UpstreamCounts | ConnectionCounts;
