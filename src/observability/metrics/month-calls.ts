import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { addOnce } from './count-script.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { monthOf } from './month.ts';

const flushMs = 1000;
const dayMs = 24 * 3600 * 1000;
/** Longer than any month, so that the count of the last one stays readable for a while. */
const keepMs = 40 * dayMs;

/** Counts the calls against the monthly quota of each organization. */
export interface MonthCalls {
  /** Counts one call. `corp` is a label of bounded number (see `labels.ts`). */
  note(corp: string): void;
  /** This month's calls, of all replicas as far as Redis is available. */
  totals(): Promise<readonly { readonly corp: string; readonly calls: number }[]>;
}

interface Count {
  readonly month: string;
  readonly corp: string;
  /** Of all replicas at the last answer of Redis; without Redis, of this process. */
  total: number;
  /** Not yet in a batch. */
  noted: number;
  /** Calls of the batch that is sent, unchanged, until Redis confirms it. */
  batch: number;
  batchNumber: number;
}

interface MonthCallsOptions {
  readonly sealedRedis: SealedRedis | undefined;
  readonly clock: Clock;
}

/** Counts in memory, and adds new calls to the count in Redis once a second. */
export function createMonthCalls({ sealedRedis, clock }: MonthCallsOptions): MonthCalls {
  const replica = randomUUID();
  const counts = new Map<string, Count>();
  let flushing: Promise<void> | undefined;
  let isScheduled = false;

  const isCurrent = ({ month }: Count): boolean => month === monthOf(clock.wallMs());

  function countOf(corp: string): Count {
    const month = monthOf(clock.wallMs());
    const key = `${month} ${corp}`;
    let count = counts.get(key);
    if (!count) counts.set(key, (count = { month, corp, total: 0, noted: 0, batch: 0, batchNumber: 0 }));
    return count;
  }

  async function add(count: Count, { redis, seal }: SealedRedis): Promise<void> {
    if (count.batch === 0) {
      count.batch = count.noted;
      count.noted = 0;
      count.batchNumber += 1;
    }
    const { month, corp, batch: amount, batchNumber: number } = count;
    const batch = {
      countName: seal.keyOf('month-calls', month, corp),
      batchName: seal.keyOf('month-calls-batch', month, corp, replica),
      amount,
      number,
      keepMs,
      rememberMs: dayMs,
    };
    count.total = await redis.run((client) => addOnce(client, batch));
    count.batch = 0;
  }

  async function flush(): Promise<void> {
    for (const [key, count] of counts) {
      const isAdded = await addToTotal(count);
      // A past month is not reported any more.
      if (isAdded && !isCurrent(count)) counts.delete(key);
    }
  }

  /** False when Redis failed. */
  async function addToTotal(count: Count): Promise<boolean> {
    if (sealedRedis) {
      return add(count, sealedRedis).then(
        () => true,
        () => false,
      );
    }
    count.total += count.noted;
    count.noted = 0;
    return true;
  }

  /** One flush at a time, so that no batch is sent twice at once. Retries later what Redis did not confirm. */
  function flushOnce(): Promise<void> {
    flushing ??= flush().finally(() => {
      flushing = undefined;
      if ([...counts.values()].some(({ noted, batch }) => noted + batch > 0)) flushSoon();
    });
    return flushing;
  }

  function flushSoon(): void {
    if (isScheduled) return;
    isScheduled = true;
    clock.after(flushMs, () => {
      isScheduled = false;
      void flushOnce();
    });
  }

  return {
    note(corp) {
      countOf(corp).noted += 1;
      flushSoon();
    },
    async totals() {
      await flushOnce();
      return [...counts.values()]
        .filter(isCurrent)
        .map(({ corp, total, noted, batch }) => ({ corp, calls: total + noted + batch }));
    },
  };
}
