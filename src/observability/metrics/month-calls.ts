import type { Clock } from '../../async/clock.ts';
import { monthOf, monthStartMs } from './month.ts';
import type { Batch, MonthStore } from './month-store.ts';

const flushMs = 1000;
/** How long a scrape or the end of the process waits for a store that hangs. */
const longestWaitMs = 500;

/** Counts the calls against the monthly quota of each organization. */
export interface MonthCalls {
  /** Counts one call. `corp` is a label of bounded number (see `labels.ts`). */
  note(corp: string): void;
  /** This month's calls, of all replicas as far as the store is available. */
  totals(): Promise<readonly { readonly corp: string; readonly calls: number }[]>;
  /** This month's calls of one organization: those of other replicas as they were two seconds ago, or later. */
  totalOf(corp: string): Promise<number>;
  /** Whether every call of this month is in {@link totals}, as far as the store knows. */
  isComplete(): Promise<boolean>;
  /** Stores the last calls. */
  close(): Promise<void>;
}

interface Count {
  readonly month: string;
  readonly corp: string;
  /** Of all replicas at the last answer of the store. */
  total: number;
  /** Not yet in a batch. */
  noted: number;
  /** Calls of the batch that is sent, unchanged, until the store confirms it. */
  batch: number;
  batchNumber: number;
  /** Somebody waits for what the store has, even if there is no new call. */
  isAsked: boolean;
  /** When that was last asked for, and until when it is waited for. */
  askedAtMs: number;
  asking: Promise<void> | undefined;
}

interface Flush {
  /** Organizations without new calls as well: other replicas may have counted some. */
  readonly all: boolean;
  /** The process ends. */
  readonly isLast: boolean;
}

interface MonthCallsOptions {
  readonly store: MonthStore;
  readonly clock: Clock;
}

/** Counts in memory, and adds new calls to the totals of the store once a second, those of organizations that have some. */
export function createMonthCalls({ store, clock }: MonthCallsOptions): MonthCalls {
  const counts = new Map<string, Count>();
  let flushing: Promise<void> | undefined;
  let isScheduled = false;

  const currentMonth = (): string => monthOf(clock.wallMs());

  function countOf(month: string, corp: string): Count {
    const key = `${month} ${corp}`;
    let count = counts.get(key);
    if (!count) {
      const none = { total: 0, noted: 0, batch: 0, batchNumber: 0 };
      count = { month, corp, ...none, isAsked: false, askedAtMs: -Infinity, asking: undefined };
      counts.set(key, count);
    }
    return count;
  }

  for (const [corp, total] of store.atStart) countOf(currentMonth(), corp).total = total;

  function batchOf(count: Count): Batch {
    if (count.batch === 0) {
      count.batch = count.noted;
      count.noted = 0;
      count.batchNumber += 1;
    }
    const { corp, batch: amount, batchNumber: number, total: known } = count;
    return { corp, amount, number, known };
  }

  async function flushMonth(month: string, { all, isLast }: Flush): Promise<void> {
    const ofMonth = [...counts.values()].filter((count) => count.month === month);
    const batches = ofMonth.filter((count) => all || count.isAsked || isUnsaved(count)).map(batchOf);
    for (const count of ofMonth) count.isAsked = false;
    const totals = await store.add(month, batches, isLast);
    for (const [corp, total] of totals) {
      const count = countOf(month, corp);
      count.total = total;
      count.batch = 0;
    }
    // A past month is not reported any more.
    if (month === currentMonth()) return;
    for (const count of ofMonth) if (!isUnsaved(count)) counts.delete(`${month} ${count.corp}`);
  }

  async function flush(kind: Flush): Promise<void> {
    const months = new Set([...counts.values()].map(({ month }) => month)).add(currentMonth());
    for (const month of months) await flushMonth(month, kind);
  }

  /** One flush at a time, so that no batch is sent twice at once. Retries later what the store did not confirm. */
  function flushOnce(kind: Flush): Promise<void> {
    flushing ??= flush(kind).finally(() => {
      flushing = undefined;
      if ([...counts.values()].some(isUnsaved)) flushSoon();
    });
    return flushing;
  }

  /** A flush under way may have begun before the last calls, and have left out organizations without new ones. */
  const flushNext = (kind: Flush): Promise<void> =>
    (flushing ?? Promise.resolve()).then(() => flushOnce(kind));

  function flushSoon(): void {
    if (isScheduled) return;
    isScheduled = true;
    clock.after(flushMs, () => {
      isScheduled = false;
      void flushOnce({ all: false, isLast: false });
    });
  }

  async function atMost(work: Promise<void>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancelTimer = clock.after(longestWaitMs, resolve);
    await Promise.race([work, late]);
    cancelTimer();
  }

  return {
    note(corp) {
      countOf(currentMonth(), corp).noted += 1;
      flushSoon();
    },
    async totals() {
      await atMost(flushNext({ all: true, isLast: false }));
      const month = currentMonth();
      return [...counts.values()]
        .filter((count) => count.month === month)
        .map(({ corp, total, noted, batch }) => ({ corp, calls: total + noted + batch }));
    },
    async totalOf(corp) {
      const count = countOf(currentMonth(), corp);
      if (clock.nowMs() - count.askedAtMs >= flushMs) {
        count.isAsked = true;
        count.askedAtMs = clock.nowMs();
        count.asking = atMost(flushNext({ all: false, isLast: false }));
      }
      await count.asking;
      return count.total + count.noted + count.batch;
    },
    async isComplete() {
      const sinceMs = await store.countingSinceMs();
      return sinceMs !== undefined && sinceMs <= monthStartMs(clock.wallMs());
    },
    async close() {
      await atMost(flushNext({ all: true, isLast: true }));
    },
  };
}

const isUnsaved = ({ noted, batch }: Count): boolean => noted + batch > 0;
