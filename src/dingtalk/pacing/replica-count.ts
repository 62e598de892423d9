import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import type { LeaseOperations } from './lease-operations.ts';

const beatMs = 2000;
/** The interval until Redis has answered once. */
const firstBeatMs = 100;
/** A process that has missed two beats counts as dead. */
const leaseMs = 3 * beatMs;
/** Assumed, at least, until the replicas were counted twice. */
const assumedReplicas = 4;
/** With more the share of each is one call a second anyway. */
const mostReplicas = 10_000;

/** How many processes serve one application. */
export interface ReplicaCount {
  /** The latest count, this process included. */
  readonly count: number;
  /** Stops announcing this process. */
  close(): void;
}

/** Announces this process in Redis every two seconds, and counts the processes that do so. */
export function createReplicaCount(
  { seal }: Pick<SealedRedis, 'seal'>,
  { countReplicas }: Pick<LeaseOperations, 'countReplicas'>,
  clock: Clock,
): ReplicaCount {
  const key = seal.lastingKeyOf('replicas');
  const self = randomUUID();
  let counted: number | undefined;
  let beats = 0;
  let isClosed = false;

  async function beat(): Promise<void> {
    try {
      counted = integerReply(await countReplicas([key], [self, leaseMs, mostReplicas]), 1, mostReplicas);
      beats += 1;
    } catch {
      // The last count is most likely still right.
    }
    if (!isClosed) cancelTimer = clock.after(counted === undefined ? firstBeatMs : beatMs, () => void beat());
  }
  let cancelTimer = clock.after(firstBeatMs, () => void beat());

  return {
    get count() {
      // At the first beat, processes that start together have not all announced themselves.
      return beats > 1 && counted !== undefined ? counted : Math.max(counted ?? 0, assumedReplicas);
    },
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}
