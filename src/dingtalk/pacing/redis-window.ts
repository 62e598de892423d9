import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';
import { arrayReply, integerReply } from '../../redis/replies.ts';
import type { SealedRedis } from '../../redis/sealed-redis.ts';
import { ifLookupIsOurs, type LeaseOperations } from './lease-operations.ts';
import type { ReplicaCount } from './replica-count.ts';

const secondMs = 1000;
/** The limit on a second try, so that a call waits for Redis for less than 100 ms in all. */
const secondTryMs = 15;
/** How long the other replicas are taken to leave too few slots. */
const crowdedMs = 1000;
/** The leases of further ones end by themselves. */
const maxUnreleased = 1000;

/** Releases a slot: a second after a call that was sent, at once after one that was not. */
export type ReleaseSlot = (sent: boolean) => void;

/** `unknown`: Redis did not answer, and the sliding window of this process decides. */
export type SlotAnswer =
  | { readonly kind: 'taken' | 'unknown'; readonly release: ReleaseSlot }
  | { readonly kind: 'wait'; readonly waitMs: number };

/** The sliding window of one API, or of one organization of it, over all replicas of one application. */
export interface RedisWindow {
  /** The rate of all replicas together, or this process's share of it while Redis cannot say. */
  readonly callsPerSecond: number;
  /** Whether Redis does not answer. */
  readonly isAway: boolean;
  /** The moment before which no further call may start. */
  readonly notBeforeMs: number;
  /** Called when a call starts. */
  noteStart(): void;
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
  readonly replicas: Pick<ReplicaCount, 'pace' | 'key' | 'self'>;
  readonly clock: Clock;
  readonly api: string;
  /** Where each has its own window. */
  readonly organization?: string | undefined;
  readonly callsPerSecond: number;
  /** No call takes longer: the slots of a process that died are released after that. */
  readonly longestCallMs: number;
}

export function createRedisWindow(options: RedisWindowOptions): RedisWindow {
  const { sealedRedis, operations, replicas, clock, callsPerSecond, longestCallMs } = options;
  const { pace } = replicas;
  const key = sealedRedis.seal.lastingKeyOf('budget', ...windowName(options));
  const self = randomUUID();
  /** A released slot is kept for a second and a millisecond. */
  const leaseMs = longestCallMs + secondMs + 1;
  let slots = 0;
  /** Slots whose release has failed, and when they are free. */
  const unreleased = new Map<string, number>();
  /** When the other replicas last left less than this process's share. */
  let crowdedAtMs = -Infinity;

  const releaseOf =
    (slot: string): ReleaseSlot =>
    (sent) =>
      void release(slot, sent ? clock.nowMs() + secondMs : -Infinity);

  async function release(slot: string, freeAtMs: number): Promise<void> {
    const isSent = clock.nowMs() < freeAtMs;
    try {
      await operations.releaseSlot([key], [slot, isSent ? 1 : 0], { insists: true });
    } catch {
      if (unreleased.size < maxUnreleased) unreleased.set(slot, freeAtMs);
    }
  }

  /** Redis answers again: what it could not release meanwhile would keep calls waiting until the leases end. */
  function releaseAgain(): void {
    const slots = [...unreleased];
    unreleased.clear();
    for (const [slot, freeAtMs] of slots) void release(slot, freeAtMs);
  }

  /** Undefined for a lookup that is another process's. */
  async function send(
    slot: string,
    { condition = '', ...options }: { insists: boolean; withinMs?: number; condition?: string },
  ): Promise<number | undefined> {
    const args = [slot, leaseMs, callsPerSecond, condition, replicas.self];
    const reply = await operations.takeSlot([key, replicas.key], args, options);
    if (condition !== '' && String(reply) === 'none') return undefined;
    const [answer, isKnown] = arrayReply(reply);
    const checked = integerReply(answer, 1 - callsPerSecond, secondMs);
    if (integerReply(isKnown, 0, 1) === 0) pace.noteLost();
    return checked;
  }

  async function sendTwice(slot: string): Promise<number | undefined> {
    try {
      return await send(slot, { insists: false });
    } catch (error) {
      // Redis may be late for this process alone: tried once more before the process keeps to its share.
      if (pace.isAway || !isLate(error)) throw error;
      return send(slot, { insists: true, withinMs: secondTryMs });
    }
  }

  function answerOf(reply: number, release: ReleaseSlot): SlotAnswer {
    pace.noteAnswer();
    if (unreleased.size > 0) releaseAgain();
    if (pace.replicas > 1 && reply > -pace.shareOf(callsPerSecond)) crowdedAtMs = clock.nowMs();
    return reply > 0 ? { kind: 'wait', waitMs: reply } : { kind: 'taken', release };
  }

  let lastStartInFirstSecondMs = -Infinity;

  const newSlot = (): string => `${self}:${(slots += 1)}`;

  return {
    get callsPerSecond() {
      return pace.rateOf(callsPerSecond);
    },
    get isAway() {
      return pace.isAway;
    },
    get notBeforeMs() {
      return pace.notBeforeMs(lastStartInFirstSecondMs);
    },
    noteStart() {
      if (pace.isFirstSecond) lastStartInFirstSecondMs = clock.nowMs();
    },
    async take() {
      const slot = newSlot();
      const release = releaseOf(slot);
      try {
        return answerOf((await sendTwice(slot)) ?? 0, release);
      } catch (error) {
        pace.noteFailure(error);
        // There was no slot a moment ago, and the other replicas may still take every one that is released.
        const crowdedLeftMs = crowdedAtMs + crowdedMs - clock.nowMs();
        if (crowdedLeftMs > 0 && isLate(error)) {
          release(false);
          return { kind: 'wait', waitMs: crowdedLeftMs };
        }
        // A late command may have taken the slot all the same.
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
