import type { BreakerState } from '../../dingtalk/resilience/circuit-breaker.ts';
import type { ApiStatus } from '../../dingtalk/pacing/rate-limiters.ts';

/** What is read at each scrape, from whoever knows it; what nobody tells is left out. */
export interface GatewayStatus {
  readonly tokenAges?: () => readonly { readonly corpId: string | undefined; readonly ageMs: number }[];
  readonly budgets?: () => readonly ApiStatus[];
  readonly breakerState?: () => BreakerState;
  readonly cached?: () => { readonly entries: number; readonly bytes: number };
}
