import type { Clock } from '../async/clock.ts';
import { Deadline, type Waiting } from '../async/deadline.ts';
import { graceMs, JointWork } from '../async/joint-work.ts';
import { JoinedTurns } from '../domain/joined-turns.ts';
import type { LookupSource } from '../domain/observer.ts';
import type { LookupSpan } from '../domain/tracer.ts';
import type { CallWatch } from '../dingtalk/dingtalk.ts';
import { DingTalkError } from '../errors/dingtalk-error.ts';

/** One run that answers all lookups of a key that come while it is under way. */
export interface Flight {
  source: LookupSource;
  /** Calls made to DingTalk. */
  attempts: number;
  /** The longest wait of one of them for its turn. */
  waitMs: number;
  /** The other clients that wait for this flight. */
  readonly joined: JoinedTurns;
  /** Another replica invalidated this key meanwhile: the result is for those who wait, and is not cached. */
  isInvalidated: boolean;
  /** Of the lookup that started it, where that is traced. */
  span: LookupSpan | undefined;
}

export const newFlight = (): Flight => ({
  source: 'upstream',
  attempts: 0,
  waitMs: 0,
  joined: new JoinedTurns(),
  isInvalidated: false,
  span: undefined,
});

/** Keeps count in `flight` of what its calls do. */
export const watchOf = (flight: Flight): CallWatch => ({
  onAttempt: () => void (flight.attempts += 1),
  onTurn: (waitMs) => void (flight.waitMs = Math.max(flight.waitMs, waitMs)),
  joined: flight.joined,
  spans: flight.span && [flight.span],
});

export interface SingleFlight<T> {
  /**
   * Joins the flight for `key`, or starts one with `run`.
   *
   * A caller waits for `timeoutMs` at most. A flight is aborted once all of its callers have left, which each one's
   * `waiting` says. `onJoined` is called with the flight; a second time if that one was nearly out of time when the
   * caller came, and the caller is moved to another.
   */
  join(key: string, waiting: Waiting, run: Run<T>, onJoined?: OnJoined): Promise<T>;
  /** The flight under way for `key`. */
  at(key: string): Flight | undefined;
}

export type Run<T> = (flight: Flight, deadline: Deadline) => Promise<T>;
/** `isFirst`: the caller has started this flight. */
export type OnJoined = (flight: Flight, isFirst: boolean) => void;

interface FlightUnderWay<T> {
  readonly flight: Flight;
  readonly work: JointWork<T>;
}

/** Each flight may take `timeoutMs`, or what is left to the caller who starts it. */
export function createSingleFlight<T>(clock: Clock, timeoutMs: number): SingleFlight<T> {
  const underWay = new Map<string, FlightUnderWay<T>>();

  /** Leaves the work time to report its own error before the caller's deadline. */
  const timeFor = (waiting: Waiting): number =>
    Math.max(0, Math.min(timeoutMs, waiting.remainingMs() - graceMs));

  function start(key: string, waiting: Waiting, run: Run<T>): FlightUnderWay<T> {
    const flight = newFlight();
    const work = new JointWork(
      clock,
      timeFor(waiting),
      (deadline) => run(flight, deadline),
      () => {
        if (underWay.get(key) === started) underWay.delete(key);
      },
    );
    const started = { flight, work };
    underWay.set(key, started);
    return started;
  }

  function find(key: string): FlightUnderWay<T> | undefined {
    const found = underWay.get(key);
    return found?.work.abandoned === true ? undefined : found;
  }

  async function waitFor(
    current: FlightUnderWay<T>,
    key: string,
    waiting: Waiting,
    run: Run<T>,
    onJoined: OnJoined,
  ): Promise<T> {
    onJoined(current.flight, false);
    const { signal } = waiting;
    const joinedAtMs = clock.nowMs();
    try {
      return await current.work.wait(signal);
    } catch (error) {
      // A caller must not fail because a flight was nearly out of time when the caller came. A caller who has less than
      // half of the time left gets no other flight: it would be left before its end.
      const leftMs = Math.min(joinedAtMs + timeoutMs - clock.nowMs(), timeFor(waiting));
      if (!isTimeout(error) || leftMs < timeoutMs / 2 || signal.aborted) throw error;
      using deadline = new Deadline(clock, leftMs, signal);
      const other = find(key);
      const next = other ?? start(key, waiting, run);
      onJoined(next.flight, other === undefined);
      return await next.work.wait(deadline.signal);
    }
  }

  return {
    join(key, waiting, run, onJoined = () => undefined) {
      const current = find(key);
      if (current) return waitFor(current, key, waiting, run, onJoined);
      const { flight, work } = start(key, waiting, run);
      onJoined(flight, true);
      return work.wait(waiting.signal);
    },
    at: (key) => underWay.get(key)?.flight,
  };
}

const isTimeout = (error: unknown): boolean => error instanceof DingTalkError && error.kind === 'timeout';
