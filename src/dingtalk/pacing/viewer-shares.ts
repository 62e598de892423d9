import type { Clock } from '../../async/clock.ts';

/** How long a viewer counts as present after its last call. */
const presentMs = 60_000;
/** The part of the calls in flight that one viewer may have while another is present. */
const share = 0.75;

/** Keeps one viewer's hanging calls from filling the calls in flight of one API. */
export interface ViewerShares {
  /** Called for every call, before it waits for its turn. */
  note(viewerKey: string): void;
  start(viewerKey: string): void;
  end(viewerKey: string): void;
  /** How many further calls of this viewer are within its share. */
  readonly left: (viewerKey: string) => number;
  /** Whether no other viewer has called within the last minute. */
  isAlone(viewerKey: string): boolean;
}

/** Keeps the latest two viewers only: one of them is not the viewer of the call. */
export function createViewerShares(clock: Clock, maxInFlight: number): ViewerShares {
  const inFlight = new Map<string, number>();
  let latest: { readonly viewerKey: string; atMs: number } | undefined;
  let previous: typeof latest;

  function isAlone(viewerKey: string): boolean {
    const other = latest?.viewerKey === viewerKey ? previous : latest;
    return other === undefined || clock.nowMs() - other.atMs >= presentMs;
  }

  return {
    note(viewerKey) {
      const atMs = clock.nowMs();
      if (latest?.viewerKey === viewerKey) latest.atMs = atMs;
      else {
        previous = latest;
        latest = { viewerKey, atMs };
      }
    },
    start: (viewerKey) => void inFlight.set(viewerKey, (inFlight.get(viewerKey) ?? 0) + 1),
    end(viewerKey) {
      const left = (inFlight.get(viewerKey) ?? 0) - 1;
      if (left > 0) inFlight.set(viewerKey, left);
      else inFlight.delete(viewerKey);
    },
    left: (viewerKey) =>
      Math.ceil(maxInFlight * (isAlone(viewerKey) ? 1 : share) - (inFlight.get(viewerKey) ?? 0)),
    isAlone,
  };
}
