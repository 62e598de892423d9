import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { Seal } from '../domain/seal.ts';
import type { RedisTls } from './connection.ts';
import type { Redis } from './redis.ts';
import { createTrip, type Trip } from './trip.ts';

/** The Redis that replicas share, and the seal that limits its values to gateways of one app and one upstream. */
export interface SealedRedis {
  readonly redis: Redis;
  /** What its operations share: one round trip a turn. */
  readonly trip: Trip;
  readonly seal: Seal;
}

export const sealRedis = (redis: Redis, seal: Seal): SealedRedis => ({
  redis,
  seal,
  trip: createTrip(redis),
});

/** Imports the Redis client only when Redis is configured: loading it takes a tenth of the start-up time. */
export async function createSealedRedis(
  url: URL,
  seal: Seal,
  dependencies: { readonly log: Logger; readonly clock: Clock; readonly tls?: RedisTls | undefined },
): Promise<SealedRedis> {
  const { createRedis } = await import('./redis.ts');
  return sealRedis(createRedis(url, { ...dependencies, slotKey: seal.lastingKeyOf('slot') }), seal);
}
