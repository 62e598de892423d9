import type { Clock } from '../async/clock.ts';

/** A few may be about their own commands. */
const patience = 2;
const pauseMs = 1000;
/** How long commands must be answered without a refusal before Redis counts as available again: not all are refused. */
const steadyMs = 3000;
/** After that long a new connection is tried: another server may be there by now. */
const reconnectMs = 5000;

/** Whether Redis refuses commands. After some refusals in a row the next commands are not sent for a second. */
export interface Refusals {
  readonly isRefusing: boolean;
  readonly isPaused: boolean;
  /** Returns whether the connection should be replaced. */
  note(leadsElsewhere: boolean): boolean;
  noteAnswer(): void;
  /** A new connection, perhaps to another server. */
  noteConnection(): void;
}

export function createRefusals(clock: Clock): Refusals {
  let latestMs: number | undefined;
  let inARow = 0;
  let pausedUntilMs = -Infinity;
  let connectedAtMs = clock.nowMs();

  return {
    get isRefusing() {
      return latestMs !== undefined;
    },
    get isPaused() {
      return clock.nowMs() < pausedUntilMs;
    },
    note(leadsElsewhere) {
      latestMs = clock.nowMs();
      inARow += 1;
      if (inARow > patience) pausedUntilMs = latestMs + pauseMs;
      return leadsElsewhere || (inARow > patience && latestMs - connectedAtMs >= reconnectMs);
    },
    noteAnswer() {
      if (latestMs === undefined || clock.nowMs() - latestMs < steadyMs) return;
      latestMs = undefined;
      inARow = 0;
    },
    noteConnection() {
      connectedAtMs = clock.nowMs();
      pausedUntilMs = -Infinity;
    },
  };
}
