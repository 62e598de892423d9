/** A request for one key, and when it was sent. */
export interface Asked {
  readonly key: string;
  readonly atMs: number;
}

/** What the cache promises (docs/architecture.md, "What is remembered"). */
export interface FreshnessPromise {
  /** `CACHE_TTL_MS`, counted from when DingTalk was asked. */
  readonly freshMs: number;
  /** How long a call takes: requests of that time share it, also where it takes longer than an answer stays fresh. */
  readonly callMs: number;
}

/**
 * The fewest calls with which requests can be answered, each with what was fresh when it was sent or, once that is stale,
 * with a stale entry that a call revalidates: those of one ideal process, which knows everything at once.
 */
export function fewestCalls(asked: readonly Asked[], { freshMs, callMs }: FreshnessPromise): number {
  const neededFromMs = new Map<string, number>();
  let calls = 0;
  for (const { key, atMs } of asked.toSorted((one, other) => one.atMs - other.atMs)) {
    if (atMs < (neededFromMs.get(key) ?? -Infinity)) continue;
    calls += 1;
    neededFromMs.set(key, atMs + Math.max(freshMs, callMs));
  }
  return calls;
}
