import type { Clock } from '../clock.ts';
import type { CacheConfig } from '../config/config.ts';
import { ifGood, type Found } from './freshness.ts';
import { newTrip, type LookUp, type Question, type Trip } from './look-up.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { RedisTier } from './redis-tier.ts';
import type { Refreshes } from './refreshes.ts';
import { createSingleFlight, type Work } from './single-flight.ts';
import type { Signal } from '../signal.ts';

/**
 * Finds what is known at once or else goes, together with whoever wants the same, the way of `lookUp`. What is
 * found stale is looked up anew behind the caller's back. `onBoard` hears of the trip, where there is one.
 *
 * @throws {DingTalkError} for every failure that says nothing of what was asked for.
 * @throws {ClientGoneError} when `signal` is aborted first.
 */
export type Search = <Input, Answer>(
  question: Question<Input, Answer>,
  signal: Signal,
  onBoard: (trip: Trip, joined: boolean) => void,
) => Promise<Found>;

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

  function refresh<Input, Answer>(question: Question<Input, Answer>): void {
    refreshes.start(question.key, async (signal) => {
      await flights.fly(question.key, signal, workOn(question, false));
    });
  }

  return async (question, signal, onBoard) => {
    const { key } = question;
    const found =
      ifGood(memory?.get(key), clock.nowMs(), cache) ??
      (await flights.fly(key, signal, workOn(question, true), onBoard));
    if (found.stale) refresh(question);
    return found;
  };
}
