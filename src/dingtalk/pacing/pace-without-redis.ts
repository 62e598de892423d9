import type { Clock } from '../../async/clock.ts';
import { RedisUnavailableError } from '../../redis/redis-unavailable-error.ts';

/** A second, and the time of calls on their way to DingTalk. */
const secondMs = 1100;
/** By then a replica that has not announced itself again is dead, or cut off from Redis alone. */
const returnMs = 6000;
/** Assumed, at least, until the replicas were counted twice. */
const assumedReplicas = 4;

/** What Redis says of the replicas when one of them announces itself. */
export interface ReplicasCounted {
  /** By the clock of Redis. */
  readonly redisMs: number;
  /** False the first time, and where Redis has lost its data since. */
  readonly wasKnown: boolean;
  readonly count: number;
  /** Those of them that have announced themselves since {@link PaceWithoutRedis.sinceRedisMs}. */
  readonly countSince: number;
}

/**
 * How fast this process may call while Redis cannot say. The windows of all APIs share it.
 *
 * While Redis is there, every call holds a slot there from before its start until a second after its end: no second has
 * more calls than the rate. Once it went, or has lost its data, nobody knows of the calls of the others:
 *
 * - In the first second after that a process makes one call at most to each API. Every second that begins before Redis went
 *   has the rate at most, by slots, and one call of each replica.
 * - Then it keeps to its share: the rate divided by the replicas that were counted before. The shares of all are the rate.
 * - When Redis answers again, slots are taken there again, but the share stays until all replicas have announced themselves
 *   since, which means that all take slots again, and one second has passed; or after six seconds.
 *
 * A process that has counted itself alone goes on at the whole rate: its own window knows of every call.
 *
 * A process with nothing to do notices too: it announces itself more than once a second, and sees its connection close.
 */
export interface PaceWithoutRedis {
  /** Whether Redis does not answer: the process decides alone. */
  readonly isAway: boolean;
  /** The calls a second that this process may make when all may make `callsPerSecond`. */
  rateOf(callsPerSecond: number): number;
  /** The part of this process, whether it keeps to it or not. */
  shareOf(callsPerSecond: number): number;
  /** Whether it is the first second since Redis went. */
  readonly isFirstSecond: boolean;
  /** The moment before which no further call to an API may start, by when the last one did in such a second. */
  notBeforeMs(lastStartInFirstSecondMs: number): number;
  /** The replicas that share a rate. */
  readonly replicas: number;
  /** Whether this process waits for the others to announce themselves. */
  readonly isIncomplete: boolean;
  /** When Redis was back, by its clock; 0: it never went. */
  readonly sinceRedisMs: number;
  noteAnswer(): void;
  noteFailure(error: unknown): void;
  /** The connection is lost, or Redis does not know this process any more. */
  noteLost(): void;
  noteCounted(counted: ReplicasCounted): void;
}

/**
 * `new`: the replicas have not been counted twice yet. `whole`: each call has its slot. `away`: Redis went. `back`: it answers
 * again, but the others may not know yet.
 */
type State = 'new' | 'whole' | 'away' | 'back';

/** `onLost` is called when Redis went, or has lost its data. */
export function createPaceWithoutRedis(clock: Clock, onLost: () => void = () => undefined): PaceWithoutRedis {
  let state: State = 'new';
  /** Only while it is new. */
  let hasFailed = false;
  let answersWrongly = false;
  let counted = 0;
  let counts = 0;
  let wentAtMs = -Infinity;
  let backAtMs = -Infinity;
  let backAtRedisMs = 0;
  let allBackAtMs = Infinity;

  function noteLost(): void {
    // Never counted, it cannot know; while it is away, the first second is over or goes on.
    if (counts === 0 || state === 'away') return;
    state = 'away';
    wentAtMs = clock.nowMs();
    onLost();
  }

  function noteBack(redisMs: number): void {
    state = 'back';
    backAtMs = clock.nowMs();
    backAtRedisMs = redisMs;
    allBackAtMs = Infinity;
  }

  /** Its own window knows of every call; or something answers, but keeps no count for anyone. */
  const isAlone = (): boolean => (counts > 1 ? counted === 1 : counts === 0 && answersWrongly);

  const isAway = (): boolean => state === 'away' || (state === 'new' && hasFailed);

  const pace: PaceWithoutRedis = {
    get isAway() {
      return isAway();
    },
    rateOf: (callsPerSecond) =>
      isAway() || state === 'back' ? pace.shareOf(callsPerSecond) : callsPerSecond,
    shareOf: (callsPerSecond) => Math.max(1, Math.floor(callsPerSecond / pace.replicas)),
    get isFirstSecond() {
      return clock.nowMs() < wentAtMs + secondMs;
    },
    // Redis that goes again at once does not allow one more call each time.
    notBeforeMs: (lastStartInFirstSecondMs) =>
      isAlone() ? -Infinity : Math.min(wentAtMs, lastStartInFirstSecondMs) + secondMs,
    get replicas() {
      if (isAlone()) return 1;
      // At the first count, processes that start together have not all announced themselves.
      return counts > 1 ? counted : Math.max(counted, assumedReplicas);
    },
    get isIncomplete() {
      return state === 'away' || state === 'back';
    },
    get sinceRedisMs() {
      return backAtRedisMs;
    },
    noteAnswer() {
      hasFailed = false;
    },
    noteFailure(error) {
      hasFailed = true;
      answersWrongly ||= error instanceof RedisUnavailableError && error.kind === 'refused';
      noteLost();
    },
    noteLost,
    noteCounted({ redisMs, wasKnown, count, countSince }) {
      hasFailed = false;
      if (!wasKnown && counts > 0) noteLost();
      if (state === 'new' && counts > 0) state = 'whole';
      if (state === 'away') noteBack(redisMs);
      // Until the others have had the time to announce themselves, fewer than before says nothing.
      else if (state === 'back' && countSince >= counted) allBackAtMs = Math.min(allBackAtMs, clock.nowMs());
      const nowMs = clock.nowMs();
      if (state === 'back' && (nowMs >= allBackAtMs + secondMs || nowMs >= backAtMs + returnMs)) {
        state = 'whole';
      }
      counted = state === 'new' || state === 'whole' ? count : Math.max(counted, count);
      counts += 1;
    },
  };
  return pace;
}
