/** What the page says of the gateway. Anyone who can open the page sees it: no key, no unionId. */
export interface GatewayFacts {
  readonly mode: 'live' | 'sandbox';
  /** Host and port of DingTalk's API, or of the stand-in. */
  readonly upstream: string;
  readonly viewerAuth: 'fixed' | 'jwt' | 'dingtalk' | 'session' | 'router';
  /** Requests need a client's key. */
  readonly needsApiKey: boolean;
  readonly introspection: boolean;
  /** Requests may ask with `x-explain: 1` where their data came from. */
  readonly explainable: boolean;
}
