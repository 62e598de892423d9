import path from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../async/clock.ts';
import type { Seal } from '../../domain/seal.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { createMemoryMonthStore, type MonthStore } from './month-store.ts';
import { createRedisMonthStore } from './redis-month-store.ts';

interface MonthStoreOptions {
  readonly sealedRedis: SealedRedis | undefined;
  readonly stateDir: string | undefined;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** In Redis, or else in the folder, or else in memory. */
export async function createMonthStore(options: MonthStoreOptions): Promise<MonthStore> {
  const { sealedRedis, stateDir, seal, clock, log } = options;
  if (sealedRedis) return createRedisMonthStore(sealedRedis, clock);
  if (stateDir === undefined) return createMemoryMonthStore(() => clock.wallMs());
  const { createFileMonthStore } = await import('./file-month-store.ts');
  // One file for each app and upstream: gateways of several may share the folder.
  const name = seal.lastingKeyOf('month-calls').split(':').at(-1);
  return createFileMonthStore({ file: path.join(stateDir, `month-calls-${name}.json`), clock, log });
}
