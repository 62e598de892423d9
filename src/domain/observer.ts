/** Where the answer to a lookup came from. */
export type LookupSource = 'memory' | 'redis' | 'flight' | 'upstream';

/** Whoever counts what the gateway does. Nothing that it is told names a viewer or anything that was looked up. */
export interface Observer {
  /** A lookup ended: from where, and with which kind of failure, if any. `stale`: older than fresh. */
  lookupEnded(lookup: {
    readonly api: string;
    readonly source: LookupSource;
    readonly stale: boolean;
    readonly failure: string | undefined;
  }): void;
  /** One call to DingTalk ended: `ok`, DingTalk's own code where it is a documented one, or the kind of the failure. */
  callEnded(call: { readonly api: string; readonly code: string; readonly corpId: string | undefined }): void;
  /** All attempts of one lookup are made. */
  attemptsEnded(lookup: { readonly api: string; readonly attempts: number }): void;
  /** A call waited for its turn in the budget, and got it or gave up. */
  turnEnded(turn: { readonly api: string; readonly waitMs: number }): void;
}
