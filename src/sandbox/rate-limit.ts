const WINDOW_MS = 1000;
const COMPACT_AFTER = 1024;

/** Takes one call for a key, or refuses it. */
export type RateLimit = (key: string) => boolean;

interface Window {
  takenAtMs: number[];
  /** Index of the oldest call that still counts. */
  oldest: number;
}

function forget(window: Window, beforeMs: number): void {
  while ((window.takenAtMs[window.oldest] ?? Infinity) <= beforeMs) {
    window.oldest += 1;
  }
  if (window.oldest >= COMPACT_AFTER) {
    window.takenAtMs = window.takenAtMs.slice(window.oldest);
    window.oldest = 0;
  }
}

/** A sliding window of one second per key; a refused call takes no place in it. */
export function createRateLimit(callsPerSecond: number, nowMs: () => number): RateLimit {
  const windows = new Map<string, Window>();

  return (key) => {
    const now = nowMs();
    let window = windows.get(key);
    if (window === undefined) {
      window = { takenAtMs: [], oldest: 0 };
      windows.set(key, window);
    }
    forget(window, now - WINDOW_MS);
    if (window.takenAtMs.length - window.oldest >= callsPerSecond) {
      return false;
    }
    window.takenAtMs.push(now);
    return true;
  };
}
