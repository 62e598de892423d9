/** The name of the calls for access tokens, whichever endpoint an application has for them. */
export const tokenApi = 'accessToken';

/** Where the answer to a lookup came from. */
export type LookupSource = 'memory' | 'redis' | 'flight' | 'upstream';

/** Events for metrics. None of them names a viewer or what was looked up. */
export interface Observer {
  /** A lookup ended. `failure` is the kind of its error. `stale`: the answer is older than fresh. */
  lookupEnded(lookup: {
    readonly api: string;
    readonly source: LookupSource;
    readonly stale: boolean;
    readonly failure: string | undefined;
  }): void;
  /** A call to DingTalk ended. `code` is `ok`, `aborted`, the kind of its error, or a code that DingTalk documents. */
  callEnded(call: {
    readonly api: string;
    readonly code: string;
    /** True where DingTalk documents `code`. */
    readonly documented: boolean;
    readonly corpId: string | undefined;
  }): void;
  /** A lookup makes no further attempt. */
  attemptsEnded(lookup: { readonly api: string; readonly attempts: number }): void;
  /** A call waited for its turn, and got it or gave up. */
  turnEnded(turn: { readonly api: string; readonly waitMs: number }): void;
}
