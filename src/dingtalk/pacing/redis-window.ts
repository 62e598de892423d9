import { randomUUID } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { doneReply, integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { releaseSlot, takeSlot } from './lease-scripts.ts';
import type { ReplicaCount } from './replica-count.ts';

const secondMs = 1000;
/** How long a process keeps to its share after Redis failed: by then Redis knows every slot in use again. */
const awayMs = 1000;
/** The limit on a second try, so that a call waits for Redis for less than 100 ms in all. */
const secondTryMs = 30;
/** How long the other replicas are taken to leave too few slots. */
const crowdedMs = 1000;

/** Releases a slot: a second after a call that was sent, at once after one that was not. */
export type ReleaseSlot = (sent: boolean) => void;

/** `unknown`: Redis did not answer, and the sliding window of this process decides. */
export type SlotAnswer =
  | { readonly kind: 'taken' | 'unknown'; readonly release: ReleaseSlot }
  | { readonly kind: 'wait'; readonly waitMs: number };

/** The sliding window of one API, or of one organization of it, over all replicas of one application. */
export interface RedisWindow {
  /** The rate of all replicas together, or this process's share of it while Redis is away. */
  readonly callsPerSecond: number;
  take(): Promise<SlotAnswer>;
}

interface RedisWindowOptions {
  readonly sealedRedis: SealedRedis;
  readonly replicas: ReplicaCount;
  /** When Redis last answered and failed. The windows of all APIs share it, so that only one of them waits. */
  readonly health: { answeredAtMs: number; failedAtMs: number };
  readonly clock: Clock;
  readonly api: string;
  /** Where each has its own window. */
  readonly organization?: string | undefined;
  readonly callsPerSecond: number;
  /** No call takes longer: the slots of a process that died are released after that. */
  readonly longestCallMs: number;
}

export function createRedisWindow(options: RedisWindowOptions): RedisWindow {
  const { sealedRedis, replicas, health, clock, callsPerSecond, longestCallMs } = options;
  const { redis, seal } = sealedRedis;
  const key = seal.lastingKeyOf('budget', ...windowName(options));
  const self = randomUUID();
  /** A released slot is kept for a second and a millisecond. */
  const leaseMs = longestCallMs + secondMs + 1;
  let slots = 0;
  /** When the other replicas last left less than this process's share. */
  let crowdedAtMs = -Infinity;

  const share = (): number => Math.max(1, Math.floor(callsPerSecond / replicas.count));

  async function take(slot: string): Promise<number> {
    const command = async (client: Client): Promise<number> => {
      const reply = await takeSlot(client, [key], slot, leaseMs, callsPerSecond);
      return integerReply(reply, 1 - callsPerSecond, secondMs);
    };
    try {
      return await redis.run(command);
    } catch (error) {
      // Redis may be late for this process alone: tried once more before the process keeps to its share.
      if (health.answeredAtMs < health.failedAtMs || !isLate(error)) throw error;
      return redis.insist(command, secondTryMs);
    }
  }

  return {
    get callsPerSecond() {
      return clock.nowMs() - health.failedAtMs < awayMs ? share() : callsPerSecond;
    },
    async take() {
      const slot = `${self}:${slots}`;
      const release: ReleaseSlot = (sent) => {
        // Best effort: otherwise its lease ends.
        redis
          .insist(async (client) => doneReply(await releaseSlot(client, [key], slot, sent ? 1 : 0)))
          .catch(() => undefined);
      };
      let kind: 'taken' | 'unknown' = 'taken';
      try {
        const answer = await take(slot);
        health.answeredAtMs = clock.nowMs();
        if (answer > -share()) crowdedAtMs = health.answeredAtMs;
        if (answer > 0) return { kind: 'wait', waitMs: answer };
      } catch (error) {
        // There was no slot a moment ago, and the other replicas may still take every one that is released.
        if (clock.nowMs() - crowdedAtMs < crowdedMs && isLate(error)) return { kind: 'wait', waitMs: 0 };
        health.failedAtMs = clock.nowMs();
        // A late command may have taken the slot all the same.
        kind = 'unknown';
      }
      slots += 1;
      return { kind, release };
    },
  };
}

/** Whether Redis was only late: it may answer the other replicas. */
const isLate = (error: unknown): boolean =>
  error instanceof RedisUnavailableError && (error.kind === 'late' || error.kind === 'resting');

const windowName = ({ api, organization }: RedisWindowOptions): string[] =>
  organization === undefined ? [api] : [api, organization];
