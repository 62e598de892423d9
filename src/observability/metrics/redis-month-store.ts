import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { addOnce, countingSince } from './count-script.ts';
import type { Batch, MonthStore } from './month-store.ts';

const dayMs = 24 * 3600 * 1000;
/** Longer than any month, so that the count of the last one stays readable for a while. */
const keepMs = 40 * dayMs;

/** So that a thousand organizations are few round trips, and no command waits long for the others. */
const batchesAtOnce = 50;

/** Adds up in Redis, for all replicas. */
export function createRedisMonthStore({ redis, seal }: SealedRedis, clock: Clock): MonthStore {
  const replica = randomUUID();
  const since = seal.lastingKeyOf('month-since');

  async function addBatch(month: string, { corp, ...batch }: Batch): Promise<number> {
    const names = {
      count: seal.lastingKeyOf('month-calls', month, corp),
      batch: seal.lastingKeyOf('month-calls-batch', month, corp, replica),
      since,
    };
    const times = { keepMs, rememberMs: dayMs, wallMs: clock.wallMs() };
    return redis.run((client) => addOnce(client, names, batch, times));
  }

  return {
    // Its names do not show the organizations.
    atStart: new Map(),
    async add(month, batches) {
      const totals = new Map<string, number>();
      const add = async (batch: Batch): Promise<void> => {
        const total = await addBatch(month, batch).catch(() => undefined);
        if (total !== undefined) totals.set(batch.corp, total);
      };
      for (let at = 0; at < batches.length; at += batchesAtOnce) {
        await Promise.all(batches.slice(at, at + batchesAtOnce).map(add));
      }
      return totals;
    },
    countingSinceMs: () =>
      redis.run((client) => countingSince(client, since, clock.wallMs(), keepMs)).catch(() => undefined),
  };
}
