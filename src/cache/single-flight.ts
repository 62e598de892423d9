import type { Clock } from '../clock.ts';
import type { Deadline } from '../dingtalk/deadline.ts';
import { DingTalkError } from '../dingtalk/dingtalk-error.ts';
import { shareWork, type SharedWork } from '../dingtalk/shared-work.ts';

/** One piece of work for everybody who wants the same at the same time. */
export interface SingleFlight<Trip, T> {
  /**
   * What the flight of this key brings: the one under way or, without one, another that runs `work`. Nobody waits beyond
   * their own `deadline`, and the flight is given up when nobody waits any more. `onBoard` tells which trip it is, and
   * whether somebody else started it; a second time where a flight that began much earlier ran out of time.
   */
  fly(
    key: string,
    deadline: Deadline,
    work: Work<Trip, T>,
    onBoard?: (trip: Trip, joined: boolean) => void,
  ): Promise<T>;
  /** The trip under way. */
  at(key: string): Trip | undefined;
}

export interface Work<Trip, T> {
  readonly trip: Trip;
  readonly run: (deadline: Deadline) => Promise<T>;
}

interface Flight<Trip, T> {
  readonly trip: Trip;
  readonly shared: SharedWork<T>;
}

/** Each flight has `timeoutMs` from its start. */
export function createSingleFlight<Trip, T>(clock: Clock, timeoutMs: number): SingleFlight<Trip, T> {
  const flights = new Map<string, Flight<Trip, T>>();

  function start(key: string, { trip, run }: Work<Trip, T>): Flight<Trip, T> {
    const shared = shareWork(clock, timeoutMs, async (deadline) => {
      try {
        return await run(deadline);
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    const flight = { trip, shared };
    flights.set(key, flight);
    return flight;
  }

  return {
    async fly(key, deadline, work, onBoard) {
      for (;;) {
        const current = flights.get(key);
        const joined = current !== undefined && !current.shared.abandoned;
        const flight = joined ? current : start(key, work);
        onBoard?.(flight.trip, joined);
        try {
          return await flight.shared.wait(deadline.signal);
        } catch (error) {
          // It was late when the caller came: nobody who keeps coming may hang on calls that others began. A call
          // for the sake of those who will not stay for its answer would be wasted.
          const hasTime = deadline.remainingMs() >= timeoutMs / 2;
          if (!joined || !isTimeout(error) || !hasTime || deadline.signal.aborted) throw error;
        }
      }
    },
    at: (key) => flights.get(key)?.trip,
  };
}

const isTimeout = (error: unknown): boolean => error instanceof DingTalkError && error.kind === 'timeout';
