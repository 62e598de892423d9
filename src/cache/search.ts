import type { Clock } from '../async/clock.ts';
import type { CacheConfig } from '../config/config.ts';
import { DingTalkError, NotSentError } from '../errors/dingtalk-error.ts';
import { ifGood, type Found } from './freshness.ts';
import { newTrip, type LookUp, type Question, type Trip } from './read-through.ts';
import { isOverdue, noteServedStale, noteSent, type MemoryTier } from './memory-tier.ts';
import type { RedisTier } from './redis-store.ts';
import type { Refreshes } from './revalidation.ts';
import type { Waiting } from '../async/deadline.ts';
import type { Signal } from '../async/abort.ts';
import { createSingleFlight, type Work } from './single-flight.ts';

/** The ways to what has been asked for, from the shortest on. */
export interface Search {
  /** What is known in this process. */
  known(key: string): Found | undefined;
  /**
   * Goes, together with whoever wants the same, the way of `lookUp`. `onBoard` hears of the trip.
   *
   * @throws {DingTalkError} for every failure that says nothing of what was asked for.
   * @throws what `waiting` is aborted with, if that is earlier.
   */
  further<Input, Answer>(
    question: Question<Input, Answer>,
    waiting: Waiting,
    onBoard: (trip: Trip, joined: boolean) => void,
  ): Promise<Found>;
  /** Looks up anew, behind everybody's back, what was found stale. */
  refresh<Input, Answer>(question: Question<Input, Answer>): void;
}

interface SearchDependencies {
  readonly lookUp: LookUp;
  readonly memory: MemoryTier | undefined;
  readonly redis: RedisTier | undefined;
  readonly refreshes: Refreshes;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly cache: CacheConfig;
}

export function createSearch(dependencies: SearchDependencies): Search {
  const { lookUp, memory, redis, refreshes, clock, timeoutMs, cache } = dependencies;
  const flights = createSingleFlight<Trip, Found>(clock, timeoutMs);
  redis?.onDropped((key) => {
    const trip = flights.at(key);
    if (trip) trip.dropped = true;
    memory?.delete(key);
  });

  function workOn<Input, Answer>(question: Question<Input, Answer>, staleWillDo: boolean): Work<Trip, Found> {
    const trip = newTrip();
    return { trip, run: (deadline) => lookUp(question, trip, deadline, staleWillDo) };
  }

  async function refreshNow<Input, Answer>(question: Question<Input, Answer>, signal: Signal): Promise<void> {
    const { key } = question;
    try {
      await flights.fly(key, { signal, remainingMs: () => timeoutMs }, workOn(question, false));
    } catch (error) {
      // DingTalk fails: that is what stale entries are for.
      if (memory && saysOfDingTalk(error)) noteSent(memory, key);
      throw error;
    }
  }

  const mayServeStale = (key: string): boolean => !(memory && isOverdue(memory, key, clock.nowMs()));

  return {
    known: (key) => (mayServeStale(key) ? ifGood(memory?.get(key), clock.nowMs(), cache) : undefined),
    further: (question, waiting, onBoard) =>
      flights.fly(question.key, waiting, workOn(question, mayServeStale(question.key)), onBoard),
    refresh(question) {
      const { key } = question;
      refreshes.start(
        key,
        (signal) => refreshNow(question, signal),
        () => {
          if (memory) noteServedStale(memory, key, clock.nowMs());
        },
      );
    },
  };
}

/** Whether it is DingTalk that keeps a call from being made or answered, and not the pace or this viewer's other calls. */
function saysOfDingTalk(error: unknown): boolean {
  if (!(error instanceof DingTalkError) || error.kind === 'rate-limited') return false;
  return !(error instanceof NotSentError) || (error.kind !== 'timeout' && error.details.ownCalls !== true);
}
