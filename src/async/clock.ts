/** Time as the gateway sees it: an argument everywhere, so that a test can turn the hands itself. */
export interface Clock {
  /** Milliseconds on a monotonic scale: never goes back, whatever happens to the wall clock. */
  nowMs(): number;
  /** Milliseconds since 1970 by the wall clock, which may jump: for months of the calendar, never for durations. */
  wallMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void;
}

/** The machine's own monotonic clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
