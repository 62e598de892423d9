/** Calls of one organization that are not in its total yet. */
export interface Batch {
  readonly corp: string;
  readonly amount: number;
  /** Rises with every batch of this process and organization. The same one is added once, however often it is sent. */
  readonly number: number;
  /** The last total that this process knows. */
  readonly known: number;
}

/** Where the month's calls are added up. */
export interface MonthStore {
  /** The totals by organization that an earlier process left, in the month of the start. */
  readonly atStart: ReadonlyMap<string, number>;
  /**
   * Adds batches to the totals of `month`, and resolves with the totals by organization. Never rejects: what is not in the
   * answer was not added, and has to be sent again unchanged. `isLast`: the process ends.
   */
  add(month: string, batches: readonly Batch[], isLast: boolean): Promise<ReadonlyMap<string, number>>;
  /** Since when (by the wall clock) every call is in the totals; undefined: not known. Never rejects. */
  countingSinceMs(): Promise<number | undefined>;
}

/** Adds up in memory: the totals end with the process. */
export function createMemoryMonthStore(wallMs: () => number): MonthStore {
  const startedAtMs = wallMs();
  return {
    atStart: new Map(),
    add: async (_month, batches) => new Map(batches.map(({ corp, amount, known }) => [corp, known + amount])),
    countingSinceMs: async () => startedAtMs,
  };
}
