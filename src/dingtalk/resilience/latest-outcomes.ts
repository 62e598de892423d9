import type { Clock } from '../../async/clock.ts';
import type { About } from '../call.ts';

const minOutcomes = 10;
const maxOfViewer = 10;
const maxInAll = 50;
const maxAgeMs = 60_000;

/** The outcomes of the latest calls: the last one for each subject of each viewer. */
export interface LatestOutcomes {
  note(about: About, failed: boolean): void;
  /** Whether DingTalk as a whole is failing, and not only for some ids or viewers. */
  isFailing(): boolean;
  /** The calls that failed, the latest first. */
  failures(): About[];
}

interface Entry {
  readonly about: About;
  readonly failed: boolean;
  readonly atMs: number;
}

/**
 * Keeps at most ten outcomes of each viewer and fifty in all, none older than a minute. DingTalk is failing if there are
 * at least ten, and more than half of the calls, of the subjects and of the viewers failed: one id or one viewer for whom
 * everything fails is not enough. The gateway's own calls count as a viewer only where there is no other.
 */
export function createLatestOutcomes(clock: Clock): LatestOutcomes {
  /** The oldest first. */
  const entries: Entry[] = [];

  /** A viewer with many failures replaces its own outcomes, not those of others. */
  function makeRoomFor(viewer: string): void {
    let ofViewer = 0;
    let first = 0;
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      if (entries[at]?.about.viewer !== viewer) continue;
      ofViewer += 1;
      first = at;
    }
    if (ofViewer >= maxOfViewer) entries.splice(first, 1);
    else if (entries.length >= maxInAll) entries.shift();
  }

  return {
    note(about, failed) {
      const atMs = clock.nowMs();
      while (entries[0] && atMs - entries[0].atMs >= maxAgeMs) entries.shift();
      const same = entries.findIndex((entry) => isSame(entry.about, about));
      if (same >= 0) entries.splice(same, 1);
      else makeRoomFor(about.viewer);
      entries.push({ about, failed, atMs });
    },
    isFailing() {
      const latest = entries.filter(({ atMs }) => clock.nowMs() - atMs < maxAgeMs);
      const ofViewers = latest.filter(({ about }) => about.ownCall !== true);
      return (
        latest.length >= minOutcomes &&
        mostFail(latest, (entry) => entry) &&
        mostFail(latest, ({ about }) => about.subject) &&
        mostFail(ofViewers.length > 0 ? ofViewers : latest, ({ about }) => about.viewer)
      );
    },
    failures: () =>
      entries
        .filter(({ failed }) => failed)
        .map(({ about }) => about)
        .toReversed(),
  };
}

const isSame = (one: About, other: About): boolean =>
  one.viewer === other.viewer && one.subject === other.subject;

/** Whether more than half of the groups fail; a group fails if more than half of its calls failed. */
function mostFail(entries: readonly Entry[], groupOf: (entry: Entry) => unknown): boolean {
  const surplus = new Map<unknown, number>();
  for (const entry of entries) {
    const group = groupOf(entry);
    surplus.set(group, (surplus.get(group) ?? 0) + (entry.failed ? 1 : -1));
  }
  const failing = [...surplus.values()].filter((failures) => failures > 0);
  return failing.length * 2 > surplus.size;
}
