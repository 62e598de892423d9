/** Timers that do not keep the process alive and can be cleared together. Each call returns its cancel function. */
export interface Timers {
  after(delayMs: number, run: () => void): () => void;
  every(intervalMs: number, run: () => void): () => void;
  clear(): void;
}

/** An empty group of timers. */
export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();

  function keep(timer: NodeJS.Timeout): () => void {
    timer.unref();
    running.add(timer);
    return () => {
      clearTimeout(timer);
      running.delete(timer);
    };
  }

  return {
    after(delayMs, run) {
      const cancel = keep(
        setTimeout(() => {
          cancel();
          run();
        }, delayMs),
      );
      return cancel;
    },
    every(intervalMs, run) {
      return keep(setInterval(run, intervalMs));
    },
    clear() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
