import type { Clock } from '../../async/clock.ts';

const fewest = 10;
const mostOfViewer = 10;
const mostInAll = 50;
const longestMs = 60_000;

/** On whose behalf a call is made, and of what. Compared in this process: never on the wire, in an error or a log. */
export interface About {
  readonly viewer: string;
  /** The API, and what it is asked. */
  readonly subject: string;
  /** True where no known viewer asks: for a token of the application, or for whose a bearer is. */
  readonly ownCall?: boolean;
  /** True for a bearer that DingTalk has not accepted lately: it has no vote. */
  readonly isUnknown?: boolean;
}

/** What came of the latest calls: the last outcome for each subject of each viewer. */
export interface Judgement {
  note(about: About, failed: boolean): void;
  /** Whether the failures speak for DingTalk as a whole, and not for some ids or viewers. */
  isFailing(): boolean;
  /** What failed, the latest first. */
  failures(): About[];
}

interface Entry {
  readonly about: About;
  readonly failed: boolean;
  readonly atMs: number;
}

/**
 * Ten outcomes of each viewer at most, fifty in all, none older than a minute. DingTalk is failing where there are ten at
 * least, and more than half of them failed, more than half of the subjects and more than half of the viewers: one id or
 * one viewer for whom everything fails is not enough. The gateway's own calls have a vote only where no viewer has.
 */
export function createJudgement(clock: Clock): Judgement {
  /** The oldest first. */
  let entries: readonly Entry[] = [];

  function note(about: About, failed: boolean): void {
    const atMs = clock.nowMs();
    const kept = entries.filter((entry) => atMs - entry.atMs < longestMs && !isSame(entry.about, about));
    const ofViewer = kept.filter((entry) => entry.about.viewer === about.viewer);
    // A viewer with many failures loses its own outcomes, not those of the others.
    const tooMany = ofViewer.length >= mostOfViewer ? ofViewer : kept.length >= mostInAll ? kept : [];
    entries = [...kept.filter((entry) => entry !== tooMany[0]), { about, failed, atMs }];
  }

  function isFailing(): boolean {
    const latest = entries.filter(({ atMs }) => clock.nowMs() - atMs < longestMs);
    const ofViewers = latest.filter(({ about }) => about.ownCall !== true);
    return (
      latest.length >= fewest &&
      mostFail(latest, (entry) => entry) &&
      mostFail(latest, ({ about }) => about.subject) &&
      mostFail(ofViewers.length > 0 ? ofViewers : latest, ({ about }) => about.viewer)
    );
  }

  return {
    note,
    isFailing,
    failures: () =>
      entries
        .filter(({ failed }) => failed)
        .map(({ about }) => about)
        .toReversed(),
  };
}

const isSame = (one: About, other: About): boolean =>
  one.viewer === other.viewer && one.subject === other.subject;

/** Whether more than half of the groups fail: those in which more than half failed. */
function mostFail(entries: readonly Entry[], groupOf: (entry: Entry) => unknown): boolean {
  const surplus = new Map<unknown, number>();
  for (const entry of entries) {
    const group = groupOf(entry);
    surplus.set(group, (surplus.get(group) ?? 0) + (entry.failed ? 1 : -1));
  }
  const failing = [...surplus.values()].filter((failures) => failures > 0);
  return failing.length * 2 > surplus.size;
}
