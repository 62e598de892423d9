/** What is read at each scrape, from whoever knows it; what nobody tells is left out. */
export interface GatewayStatus {
  readonly tokenAges?: () => readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
  /** The line for each API's budget. */
  readonly budgets?: () => readonly BudgetStatus[];
  readonly breakerState?: () => BreakerState;
  readonly cacheEntries?: () => number;
}

export interface BudgetStatus {
  readonly api: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly inFlight: number;
  /** Calls that could start at once. */
  readonly placesLeft: number;
}

export const breakerStates = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof breakerStates)[number];
