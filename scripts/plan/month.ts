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

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** The month of one cache entry. */
export interface KeyMonth {
  readonly opens: number;
  /** Calls to DingTalk: one for each open without a fresh entry. */
  readonly calls: number;
  /** The calls that an open waited for, because no stale entry could be served. */
  readonly waits: number;
  /** Calls in the busiest hours of all days. */
  readonly callsInBusiestHours: number;
  /** Days at the end of whose busiest hour the entry was in the cache. */
  readonly daysHeld: number;
}

export interface Freshness {
  readonly ttlMs: number;
  readonly staleMs: number;
}

/** Simulates a month of one cache entry with `opensPerDay` independent opens a working day. */
export function playMonth(opensPerDay: number, freshness: Freshness, random: () => number): KeyMonth {
  const { ttlMs, staleMs } = freshness;
  let calls = 0;
  let waits = 0;
  let opens = 0;
  let callsInBusiestHours = 0;
  let daysHeld = 0;
  let fetchedMs = -Infinity;
  for (let day = 0; day < month.days; day += 1) {
    if (!month.isWorkingDay(day)) continue;
    const workStartsMs = day * dayMs + month.workStartsMs;
    const busiestMs = workStartsMs + month.busiestHour * hourMs;
    let lookedAt = false;
    const lookAt = (): void => {
      if (!lookedAt && fetchedMs + ttlMs + staleMs > busiestMs + hourMs) daysHeld += 1;
      lookedAt = true;
    };
    for (const atMs of opensOfDay(opensPerDay, workStartsMs, random)) {
      if (atMs >= busiestMs + hourMs) lookAt();
      opens += 1;
      if (atMs < fetchedMs + ttlMs) continue;
      calls += 1;
      if (atMs >= fetchedMs + ttlMs + staleMs) waits += 1;
      if (atMs >= busiestMs && atMs < busiestMs + hourMs) callsInBusiestHours += 1;
      fetchedMs = atMs;
    }
    lookAt();
  }
  return { opens, calls, waits, callsInBusiestHours, daysHeld };
}

export const workingDays = Array.from({ length: month.days }, (_, day) => day).filter(
  month.isWorkingDay,
).length;

/** The times of a day's opens, in order: random gaps, at the rate of each hour. */
function* opensOfDay(opensPerDay: number, workStartsMs: number, random: () => number): Generator<number> {
  const { workHours, busiestHour, busiestShare } = month;
  for (let hour = 0; hour < workHours; hour += 1) {
    const share = hour === busiestHour ? busiestShare : (1 - busiestShare) / (workHours - 1);
    const meanGapMs = hourMs / (opensPerDay * share);
    let withinMs = gap(meanGapMs, random);
    while (withinMs < hourMs) {
      yield workStartsMs + hour * hourMs + withinMs;
      withinMs += gap(meanGapMs, random);
    }
  }
}

const gap = (meanMs: number, random: () => number): number => -meanMs * Math.log(1 - random());
