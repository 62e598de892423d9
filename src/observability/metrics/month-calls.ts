import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { addOnce } from './count-script.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { monthOf } from './month.ts';

const flushMs = 1000;
const dayMs = 24 * 3600 * 1000;
/** Longer than any month, so that the last one can still be looked up for a while. */
const keepMs = 40 * dayMs;

/** Calls that DingTalk counts against the monthly quota of each organization. */
export interface MonthCalls {
  /** `corp` is a name of the gateway's own making; there are few of them. */
  note(corp: string): void;
  /** This month's calls of all replicas, as far as they are known here. */
  totals(): Promise<readonly { readonly corp: string; readonly calls: number }[]>;
}

interface Count {
  readonly month: string;
  readonly corp: string;
  /** Of all replicas, when Redis last said so; of this one where there is no Redis. */
  total: number;
  /** Not in any batch yet. */
  noted: number;
  /** Sent, perhaps in vain: sent again, unchanged, until Redis says that it has it. */
  batch: number;
  batchNumber: number;
}

interface MonthCallsOptions {
  readonly sealedRedis: SealedRedis | undefined;
  readonly clock: Clock;
}

/** Counts in memory, and adds it up in Redis once a second while there is something to add. */
export function createMonthCalls({ sealedRedis, clock }: MonthCallsOptions): MonthCalls {
  const replica = randomUUID();
  const counts = new Map<string, Count>();
  let flushing: Promise<void> | undefined;
  let isDue = false;

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
      const isAdded = await addUp(count);
      // Of a month that is over nobody asks any more.
      if (isAdded && !isCurrent(count)) counts.delete(key);
    }
  }

  /** False while Redis does not take it. */
  async function addUp(count: Count): Promise<boolean> {
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

  /** One at a time, so that no batch is sent twice at once. What Redis does not take now it is offered again. */
  function flushOnce(): Promise<void> {
    flushing ??= flush().finally(() => {
      flushing = undefined;
      if ([...counts.values()].some(({ noted, batch }) => noted + batch > 0)) flushSoon();
    });
    return flushing;
  }

  function flushSoon(): void {
    if (isDue) return;
    isDue = true;
    clock.after(flushMs, () => {
      isDue = false;
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
