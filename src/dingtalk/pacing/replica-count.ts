import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { nextTurn } from '../../async/next-turn.ts';
import { arrayReply, integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { timeReply } from '../../redis/time.ts';
import type { LeaseOperations } from './lease-operations.ts';
import { createPaceWithoutRedis, type PaceWithoutRedis, type ReplicasCounted } from './pace-without-redis.ts';

/** Less than a second, with the time for two commands: a process must notice that Redis went before others use their share. */
const beatMs = 900;
/** The interval until Redis has answered once. */
const firstBeatMs = 100;
/** The interval from when Redis went until all replicas are back. */
const returningBeatMs = 250;
/** A process that has missed six beats counts as dead. */
const leaseMs = 6000;
/** With more the share of each is one call a second anyway. */
const mostReplicas = 10_000;

/** How many processes serve one application, and what follows from it while Redis is away. */
export interface ReplicaCount {
  readonly pace: PaceWithoutRedis;
  /** Under these the process is known to Redis. */
  readonly key: string;
  readonly self: string;
  /** Says goodbye to the other replicas. */
  close(): Promise<void>;
}

/** Announces this process in Redis again and again, and counts the processes that do so. */
export function createReplicaCount(
  { redis, seal }: Pick<SealedRedis, 'redis' | 'seal'>,
  { countReplicas, leaveReplicas }: Pick<LeaseOperations, 'countReplicas' | 'leaveReplicas'>,
  clock: Clock,
): ReplicaCount {
  const key = seal.lastingKeyOf('replicas');
  const self = randomUUID();
  const pace = createPaceWithoutRedis(clock, beatSoon);
  let isCounted = false;
  let isBeating = false;
  let isClosed = false;

  async function count(): Promise<ReplicasCounted> {
    const args = [self, leaseMs, mostReplicas, pace.sinceRedisMs];
    const reply = arrayReply(await countReplicas([key], args, { insists: true }));
    const [redisMs, wasKnown, all, since] = reply;
    return {
      redisMs: timeReply(redisMs),
      wasKnown: integerReply(wasKnown, 0, 1) === 1,
      count: integerReply(all, 1, mostReplicas),
      countSince: integerReply(since, 0, mostReplicas),
    };
  }

  async function beat(): Promise<void> {
    if (isBeating || isClosed) return;
    cancelTimer();
    isBeating = true;
    try {
      // Redis may be late for once: a second try, as for slots.
      pace.noteCounted(await count().catch(count));
      isCounted = true;
    } catch (error) {
      pace.noteFailure(error);
    }
    isBeating = false;
    if (isClosed) return;
    cancelTimer = clock.after(nextBeatMs(), () => void beat());
  }

  function nextBeatMs(): number {
    if (!isCounted) return firstBeatMs;
    return pace.isIncomplete ? returningBeatMs : beatMs;
  }

  function beatSoon(): void {
    if (isBeating || isClosed) return;
    cancelTimer();
    cancelTimer = clock.after(returningBeatMs, () => void beat());
  }

  let cancelTimer = clock.after(firstBeatMs, () => void beat());
  redis.onConnection((isConnected) => {
    if (isClosed) return;
    if (!isConnected) pace.noteLost();
    else if (isCounted) void beat();
  });

  return {
    pace,
    key,
    self,
    async close() {
      isClosed = true;
      cancelTimer();
      if (!isCounted) return;
      // Best effort and not waited for: otherwise its lease ends. Trips leave at the end of the turn.
      leaveReplicas([key], [self], { insists: true }).catch(() => undefined);
      await nextTurn();
    },
  };
}
