export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];

/** The rate limiter of one API. */
export interface RateLimiterStatus {
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly inFlight: number;
  /** Calls that could start right now, as far as this process knows. */
  readonly placesLeft: number;
}

/** How the gateway's connection to DingTalk is doing: for metrics and readiness. */
export interface DingTalkStatus {
  readonly breakerState: BreakerState;
  /** One entry for each API that was called. */
  rateLimiters(): readonly (RateLimiterStatus & { readonly api: string })[];
  /** One entry for each token held in this process. */
  tokenAges(): readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
}
