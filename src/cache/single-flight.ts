import type { Clock } from '../async/clock.ts';
import { startDeadline, type Deadline, type Waiting } from '../async/deadline.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';
import { lastWordMs, SharedWork } from '../async/joint-work.ts';

/** One piece of work for everybody who wants the same at the same time. */
export interface SingleFlight<Trip, T> {
  /**
   * What the flight of this key brings: the one under way or, without one, another that runs `work`. Nobody waits longer
   * than a flight may take, and one is given up when nobody waits for it any more, which `waiting` says of this caller.
   * `onBoard` tells which trip it is, and whether somebody else started it; a second time where a flight that began
   * much earlier ran out of time.
   */
  fly(key: string, waiting: Waiting, work: Work<Trip, T>, onBoard?: OnBoard<Trip>): Promise<T>;
  /** The trip under way. */
  at(key: string): Trip | undefined;
}

type OnBoard<Trip> = (trip: Trip, joined: boolean) => void;

export interface Work<Trip, T> {
  readonly trip: Trip;
  readonly run: (deadline: Deadline) => Promise<T>;
}

interface Flight<Trip, T> {
  readonly trip: Trip;
  readonly shared: SharedWork<T>;
}

/** Each flight has `timeoutMs` from its start, or what is left to the caller who starts it. */
export function createSingleFlight<Trip, T>(clock: Clock, timeoutMs: number): SingleFlight<Trip, T> {
  const flights = new Map<string, Flight<Trip, T>>();

  /** In time for its last word to reach the caller. */
  const timeFor = ({ remainingMs }: Waiting): number =>
    Math.max(0, Math.min(timeoutMs, remainingMs() - lastWordMs));

  function start(key: string, waiting: Waiting, { trip, run }: Work<Trip, T>): Flight<Trip, T> {
    const shared = new SharedWork(clock, timeFor(waiting), run, () => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight = { trip, shared };
    flights.set(key, flight);
    return flight;
  }

  /** The flight that somebody else has started and still waits for. */
  function underWay(key: string): Flight<Trip, T> | undefined {
    const flight = flights.get(key);
    return flight?.shared.abandoned === true ? undefined : flight;
  }

  async function flyAlong(
    current: Flight<Trip, T>,
    key: string,
    waiting: Waiting,
    work: Work<Trip, T>,
    onBoard: OnBoard<Trip>,
  ): Promise<T> {
    onBoard(current.trip, true);
    const { signal } = waiting;
    const boardedAtMs = clock.nowMs();
    try {
      return await current.shared.wait(signal);
    } catch (error) {
      // It was late when the caller came: nobody who keeps coming may hang on calls that others began. A call
      // for the sake of those who will not stay for its answer would be wasted.
      const leftMs = Math.min(boardedAtMs + timeoutMs - clock.nowMs(), timeFor(waiting));
      if (!isTimeout(error) || leftMs < timeoutMs / 2 || signal.aborted) throw error;
      using deadline = startDeadline(clock, leftMs, signal);
      const next = underWay(key);
      const flight = next ?? start(key, waiting, work);
      onBoard(flight.trip, next !== undefined);
      return await flight.shared.wait(deadline.signal);
    }
  }

  return {
    fly(key, waiting, work, onBoard = () => undefined) {
      const current = underWay(key);
      if (current) return flyAlong(current, key, waiting, work, onBoard);
      const own = start(key, waiting, work);
      onBoard(own.trip, false);
      return own.shared.wait(waiting.signal);
    },
    at: (key) => flights.get(key)?.trip,
  };
}

const isTimeout = (error: unknown): boolean => error instanceof DingTalkError && error.kind === 'timeout';
