/** The API name of token calls, for every kind of application. */
export const tokenApi = 'accessToken';

/** Where the answer to a lookup came from. */
export type LookupSource = 'memory' | 'redis' | 'flight' | 'upstream';

/** Events for metrics. None contains a viewer or an input. */
export interface Observer {
  /** A lookup ended. `failure` is the kind of its error. `stale`: a stale entry was served. */
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
    /** From sending it to the end of its answer. */
    readonly ms: number;
  }): void;
  /** A lookup made its last attempt. */
  attemptsEnded(lookup: { readonly api: string; readonly attempts: number }): void;
  /** A call left the queue of the rate limiter, to be sent or because it gave up. */
  turnEnded(turn: { readonly api: string; readonly waitMs: number }): void;
}
