export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/** The rate limiter of one API. */
export interface RateLimiterStatus {
  /** Calls in the queue. */
  readonly queued: number;
  readonly inFlight: number;
  /** Calls that could start at once, as far as this process knows. */
  readonly placesLeft: number;
  /** The rate at which calls may start now. */
  readonly callsPerSecond: number;
}

/** The state of the gateway's calls to DingTalk, for metrics, status and readiness. */
export interface DingTalkStatus {
  readonly breakerState: BreakerState;
  /** How long all calls still pause because DingTalk has banned this IP; 0: they do not. */
  ipBanLeftMs(): number;
  /** Organizations whose month is spent, as DingTalk said; undefined: the one of the application itself. */
  spentQuotas(): readonly (string | undefined)[];
  /** Whether any access token in this process still works, as far as it knows. */
  hasToken(): boolean;
  /**
   * One for each API that was called. A suite has one for each organization: the sums of their calls, and the lowest of the
   * others.
   */
  rateLimiters(): readonly (RateLimiterStatus & { readonly api: string })[];
  /** One for each access token in this process. */
  tokenAges(): readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
}
