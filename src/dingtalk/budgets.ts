import type { Clock } from '../clock.ts';
import type { Observer } from '../observer.ts';
import type { Shared } from '../redis/shared.ts';
import { createBudget, type Budget, type BudgetStatus } from './budget.ts';
import { createReplicas } from './replicas.ts';
import { createSharedPlaces } from './shared-places.ts';

export interface ApiStatus extends BudgetStatus {
  readonly api: string;
}

/** One budget for each API: DingTalk counts calls per app and API. */
export interface Budgets {
  of(api: string): Budget;
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
  const { clock, callsPerSecond, timeoutMs, observer, shared } = options;
  const budgets = new Map<string, Budget>();
  const replicas = shared && createReplicas(shared, clock);

  function create(api: string): Budget {
    const places =
      shared &&
      replicas &&
      createSharedPlaces({ shared, replicas, clock, api, callsPerSecond, longestCallMs: timeoutMs });
    return createBudget({
      ...options,
      shared: places,
      onTurn: (waitMs) => observer.turnEnded({ api, waitMs }),
    });
  }

  return {
    of(api) {
      let budget = budgets.get(api);
      if (!budget) budgets.set(api, (budget = create(api)));
      return budget;
    },
    status: () => Array.from(budgets, ([api, { status }]) => ({ api, ...status })),
    close: () => replicas?.close(),
  };
}
