import type { Clock } from '../../async/clock.ts';
import type { Observer } from '../../domain/observer.ts';
import type { Shared } from '../../redis/shared.ts';
import { createBudget, mostInFlight, type Budget, type BudgetStatus } from './rate-limiter.ts';
import { createReplicas } from './replica-count.ts';
import { createSharedPlaces, type RedisHealth, type SharedPlaces } from './redis-window.ts';

export interface ApiStatus extends BudgetStatus {
  readonly api: string;
}

/** One budget for each API: DingTalk counts calls per app and API. */
export interface Budgets {
  of(api: string): Budget;
  /**
   * A budget for some of the calls to an API, which they pass on their way to that one's own: `share` of its pace and of
   * its calls in flight, one at least. Replicas share it under `name`. It is not part of the status.
   */
  part(name: string, share: number, maxWaiting: number): Budget;
  /** Of every API that was called. */
  status(): readonly ApiStatus[];
  close(): void;
}

interface BudgetsOptions {
  readonly clock: Clock;
  readonly callsPerSecond: number;
  /** The deadline of one call. */
  readonly timeoutMs: number;
  readonly random: () => number;
  readonly observer: Observer;
  /** No call starts before that moment. */
  readonly notBeforeMs: () => number;
  /** Whether an answer that says "too fast" slows down the calls to come. */
  readonly slowsDown: boolean;
  readonly shared: Shared | undefined;
}

export function createBudgets(options: BudgetsOptions): Budgets {
  const { clock, timeoutMs, observer, shared } = options;
  const budgets = new Map<string, Budget>();
  const replicas = shared && createReplicas(shared, clock);
  const health: RedisHealth = { heardAtMs: -Infinity, failedAtMs: -Infinity };

  function placesOf(api: string, callsPerSecond: number): SharedPlaces | undefined {
    if (!shared || !replicas) return undefined;
    const pace = { api, callsPerSecond, longestCallMs: timeoutMs };
    return createSharedPlaces({ shared, replicas, clock, health, ...pace });
  }

  return {
    of(api) {
      let budget = budgets.get(api);
      if (budget) return budget;
      budget = createBudget({
        ...options,
        shared: placesOf(api, options.callsPerSecond),
        onTurn: (waitMs) => observer.turnEnded({ api, waitMs }),
      });
      budgets.set(api, budget);
      return budget;
    },
    part(name, share, maxWaiting) {
      const part = (whole: number): number => Math.max(1, Math.floor(whole * share));
      const callsPerSecond = part(options.callsPerSecond);
      const shared = placesOf(name, callsPerSecond);
      return createBudget({
        ...options,
        callsPerSecond,
        maxInFlight: part(mostInFlight),
        maxWaiting,
        shared,
      });
    },
    status: () => Array.from(budgets, ([api, { status }]) => ({ api, ...status })),
    close: () => replicas?.close(),
  };
}
