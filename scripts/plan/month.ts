/** A month of working days: when within a day people open groups. */
export const month = {
  days: 30,
  /** The first five of each seven. */
  isWorkingDay: (day: number): boolean => day % 7 < 5,
  workStartsMs: 8 * 3_600_000,
  workHours: 10,
  /** The busiest hour, counted from the start of work, and its share of the day. */
  busiestHour: 2,
  busiestShare: 0.2,
} as const;

/** Looked up once: a look-up of a global is slow where tests run. */
const { exp, log, max, min } = Math;

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** With more calls in an hour chance decides nothing: they are computed. */
const mostPlayedCalls = 1000;

/** The month of one cache entry. */
export interface KeyMonth {
  readonly opens: number;
  /** Calls to DingTalk: one for each open without a fresh entry. */
  readonly calls: number;
  /** The calls that an open waited for, because no stale entry could be served. */
  readonly waits: number;
  /** Calls in the busiest hours of all days. */
  readonly callsInBusiestHours: number;
  /** Opens in those hours for which another replica has what this one lacks. */
  readonly readsInBusiestHours: number;
  /** Replicas that wait in those hours for a call of another one. */
  readonly waitersInBusiestHours: number;
  /** Days at the end of whose busiest hour the entry was in the cache. */
  readonly daysHeld: number;
}

export interface Freshness {
  readonly ttlMs: number;
  readonly staleMs: number;
  /** Processes with a memory each that share their entries; the opens are spread evenly. 1 */
  readonly replicas?: number;
}

/** How long a call takes: so long other replicas may wait for it. */
export const callMs = 150;

/** A month to add to. */
export const newMonth = (): { -readonly [Field in keyof KeyMonth]: number } => ({
  opens: 0,
  calls: 0,
  waits: 0,
  callsInBusiestHours: 0,
  readsInBusiestHours: 0,
  waitersInBusiestHours: 0,
  daysHeld: 0,
});

/** Simulates a month of one cache entry with `opensPerDay` independent opens a working day. */
export function playMonth(opensPerDay: number, freshness: Freshness, random: () => number): KeyMonth {
  const { ttlMs, staleMs, replicas = 1 } = freshness;
  const played = newMonth();
  let fetchedMs = -Infinity;

  /** `count` calls in an hour with that many opens a millisecond, of which the share `waitShare` is waited for. */
  function note(count: number, waitShare: number, hour: number, opensPerMs: number): void {
    played.calls += count;
    played.waits += count * waitShare;
    if (hour !== month.busiestHour) return;
    played.callsInBusiestHours += count;
    played.readsInBusiestHours += count * othersAsked(replicas, opensPerMs * min(ttlMs, hourMs));
    played.waitersInBusiestHours +=
      count * waitShare * othersAsked(replicas, opensPerMs * min(ttlMs, callMs));
  }

  for (let day = 0; day < month.days; day += 1) {
    if (!month.isWorkingDay(day)) continue;
    for (let hour = 0; hour < month.workHours; hour += 1) {
      const fromMs = day * dayMs + month.workStartsMs + hour * hourMs;
      const untilMs = fromMs + hourMs;
      const opensPerMs = (opensPerDay * shareOf(hour)) / hourMs;
      /** Opens of fresh entries are not played, as they change nothing: there are as many as are expected. */
      const skipFresh = (sinceMs: number): number => {
        const freshUntilMs = max(sinceMs, fetchedMs + ttlMs);
        played.opens += opensPerMs * (min(freshUntilMs, untilMs) - sinceMs);
        return freshUntilMs;
      };
      const expected = (hourMs * opensPerMs) / (1 + opensPerMs * ttlMs);
      if (expected > mostPlayedCalls) {
        played.opens += hourMs * opensPerMs;
        note(expected, exp(-opensPerMs * staleMs), hour, opensPerMs);
        fetchedMs = untilMs - ttlMs / 2;
      } else {
        let atMs = skipFresh(fromMs) + gap(1 / opensPerMs, random);
        while (atMs < untilMs) {
          played.opens += 1;
          note(1, atMs >= fetchedMs + ttlMs + staleMs ? 1 : 0, hour, opensPerMs);
          fetchedMs = atMs;
          atMs = skipFresh(atMs) + gap(1 / opensPerMs, random);
        }
      }
      if (hour === month.busiestHour && fetchedMs + ttlMs + staleMs > untilMs) played.daysHeld += 1;
    }
  }
  return played;
}

export const workingDays = Array.from({ length: month.days }, (_, day) => day).filter(
  month.isWorkingDay,
).length;

const shareOf = (hour: number): number =>
  hour === month.busiestHour ? month.busiestShare : (1 - month.busiestShare) / (month.workHours - 1);

/** How many of the other replicas are asked, of `opens` that are spread over all. */
const othersAsked = (replicas: number, opens: number): number =>
  (replicas - 1) * (1 - exp(-opens / replicas));

const gap = (meanMs: number, random: () => number): number => -meanMs * log(1 - random());
