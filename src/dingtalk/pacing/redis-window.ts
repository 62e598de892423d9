import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { ifLookupIsOurs, type LeaseOperations } from './lease-operations.ts';
import type { ReplicaCount } from './replica-count.ts';

const secondMs = 1000;
/** How long a process keeps to its share after Redis failed: by then Redis knows every slot in use again. */
const awayMs = 1000;
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
  readonly isAway: boolean;
  take(): Promise<SlotAnswer>;
  /**
   * Takes a slot if the claim of a lookup that was added to the trip before this call succeeds. Undefined where it does
   * not, and where Redis does not answer.
   */
  takeWithClaim(): Promise<SlotAnswer | undefined>;
}

export interface RedisWindowOptions {
  readonly sealedRedis: SealedRedis;
  readonly operations: Pick<LeaseOperations, 'takeSlot' | 'releaseSlot'>;
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
  const { sealedRedis, operations, replicas, health, clock, callsPerSecond, longestCallMs } = options;
  const keys = [sealedRedis.seal.lastingKeyOf('budget', ...windowName(options))];
  const self = randomUUID();
  /** A released slot is kept for a second and a millisecond. */
  const leaseMs = longestCallMs + secondMs + 1;
  let slots = 0;
  /** When the other replicas last left less than this process's share. */
  let crowdedAtMs = -Infinity;

  const share = (): number => Math.max(1, Math.floor(callsPerSecond / replicas.count));

  /** Best effort: otherwise the lease of the slot ends. */
  const releaseOf =
    (slot: string): ReleaseSlot =>
    (sent) =>
      void operations.releaseSlot(keys, [slot, sent ? 1 : 0], { insists: true }).catch(() => undefined);

  /** Undefined for a lookup that is another process's. */
  async function send(
    slot: string,
    { insists, condition = '' }: { readonly insists: boolean; readonly condition?: string },
  ): Promise<number | undefined> {
    const reply = await operations.takeSlot(keys, [slot, leaseMs, callsPerSecond, condition], { insists });
    return condition !== '' && String(reply) === 'none'
      ? undefined
      : integerReply(reply, 1 - callsPerSecond, secondMs);
  }

  async function sendTwice(slot: string): Promise<number | undefined> {
    try {
      return await send(slot, { insists: false });
    } catch (error) {
      // Redis may be late for this process alone: tried once more before the process keeps to its share.
      if (health.answeredAtMs < health.failedAtMs || !isLate(error)) throw error;
      return send(slot, { insists: true });
    }
  }

  function answerOf(reply: number, release: ReleaseSlot): SlotAnswer {
    health.answeredAtMs = clock.nowMs();
    if (reply > -share()) crowdedAtMs = health.answeredAtMs;
    return reply > 0 ? { kind: 'wait', waitMs: reply } : { kind: 'taken', release };
  }

  const newSlot = (): string => `${self}:${(slots += 1)}`;
  const isAway = (): boolean => clock.nowMs() - health.failedAtMs < awayMs;

  return {
    get callsPerSecond() {
      return isAway() ? share() : callsPerSecond;
    },
    get isAway() {
      return isAway();
    },
    async take() {
      const slot = newSlot();
      const release = releaseOf(slot);
      try {
        return answerOf((await sendTwice(slot)) ?? 0, release);
      } catch (error) {
        // A late command may have taken the slot all the same.
        // There was no slot a moment ago, and the other replicas may still take every one that is released.
        if (clock.nowMs() - crowdedAtMs < crowdedMs && isLate(error)) {
          release(false);
          return { kind: 'wait', waitMs: 0 };
        }
        health.failedAtMs = clock.nowMs();
        return { kind: 'unknown', release };
      }
    },
    async takeWithClaim() {
      const slot = newSlot();
      const release = releaseOf(slot);
      try {
        const reply = await send(slot, { insists: false, condition: ifLookupIsOurs });
        return reply === undefined ? undefined : answerOf(reply, release);
      } catch {
        // Late, it may have taken the slot all the same. The call asks once more when its turn comes.
        release(false);
        return undefined;
      }
    },
  };
}

/** Whether Redis was only late: it may answer the other replicas. */
const isLate = (error: unknown): boolean =>
  error instanceof RedisUnavailableError && (error.kind === 'late' || error.kind === 'resting');

const windowName = ({ api, organization }: RedisWindowOptions): string[] =>
  organization === undefined ? [api] : [api, organization];
