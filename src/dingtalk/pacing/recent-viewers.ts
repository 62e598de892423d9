import type { Clock } from '../../async/clock.ts';

/** A viewer counts as present for so long after its last call. */
const presentMs = 60_000;

/** Who has calls in flight, and whether more than one viewer has asked lately. */
export interface RecentViewers {
  note(viewerKey: string): void;
  start(viewerKey: string): void;
  end(viewerKey: string): void;
  inFlightOf(viewerKey: string): number;
  /** Whether no other viewer has asked within the last minute. */
  isAlone(viewerKey: string): boolean;
}

/** Two viewers are enough to remember: one who asks, and one who is not that one. */
export function createRecentViewers(clock: Clock): RecentViewers {
  const inFlight = new Map<string, number>();
  let latest: { readonly viewerKey: string; atMs: number } | undefined;
  let other: typeof latest;

  return {
    note(viewerKey) {
      const atMs = clock.nowMs();
      if (latest?.viewerKey === viewerKey) latest.atMs = atMs;
      else {
        other = latest;
        latest = { viewerKey, atMs };
      }
    },
    start: (viewerKey) => void inFlight.set(viewerKey, (inFlight.get(viewerKey) ?? 0) + 1),
    end(viewerKey) {
      const left = (inFlight.get(viewerKey) ?? 0) - 1;
      if (left > 0) inFlight.set(viewerKey, left);
      else inFlight.delete(viewerKey);
    },
    inFlightOf: (viewerKey) => inFlight.get(viewerKey) ?? 0,
    isAlone(viewerKey) {
      const rival = latest?.viewerKey === viewerKey ? other : latest;
      return rival === undefined || clock.nowMs() - rival.atMs >= presentMs;
    },
  };
}
