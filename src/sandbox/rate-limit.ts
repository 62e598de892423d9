const windowMs = 1000;
const compactAfter = 1024;

/** Admits one call for a key (`true`) or refuses it (`false`). */
export type RateLimit = (key: string) => boolean;

/** A sliding window of one second per key; refused calls do not count. */
export function createRateLimit(callsPerSecond: number, nowMs: () => number): RateLimit {
  const windows = new Map<string, Window>();

  return (key) => {
    const now = nowMs();
    let window = windows.get(key);
    if (window === undefined) {
      window = { takenAtMs: [], oldest: 0 };
      windows.set(key, window);
    }
    forget(window, now - windowMs);
    if (window.takenAtMs.length - window.oldest >= callsPerSecond) return false;
    window.takenAtMs.push(now);
    return true;
  };
}

interface Window {
  takenAtMs: number[];
  /** Index of the oldest call in the window. */
  oldest: number;
}

function forget(window: Window, beforeMs: number): void {
  while ((window.takenAtMs[window.oldest] ?? Infinity) <= beforeMs) {
    window.oldest += 1;
  }
  if (window.oldest >= compactAfter) {
    window.takenAtMs = window.takenAtMs.slice(window.oldest);
    window.oldest = 0;
  }
}
