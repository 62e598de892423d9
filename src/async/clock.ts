/** The time source of the gateway. An argument everywhere, so that tests control the time. */
export interface Clock {
  /** Monotonic milliseconds: never goes back when the wall clock is set. */
  nowMs(): number;
  /** Milliseconds since 1970 by the wall clock, which may jump: for calendar months, never for durations. */
  wallMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
