import { apart, keyClasses, type KeyClass } from './keys.ts';
import {
  callMs,
  hourMs,
  month,
  newMonth,
  playMonth,
  workingDays,
  type Freshness,
  type KeyMonth,
} from './month.ts';
import { organizationClasses } from './organizations.ts';
import type { Question } from './question.ts';

/** Calls an organization has in a month, and calls a second an app, or a suite for an organization, has for one API. */
export const quotas = [
  ['standard edition', 5000],
  ['professional edition', 200_000],
] as const;
export const callsPerSecond = 20;

/** The estimate for a month of given use, of all organizations together. */
export interface Estimate {
  readonly opensPerMonth: number;
  /** The share of opens that are answered without a call. */
  readonly hitShare: number;
  /** The share of opens that wait for a call. An open that is served a stale entry does not wait. */
  readonly waitShare: number;
  /** Of replicas on one Redis, which call as one process does. */
  readonly callsPerMonth: number;
  /** Of replicas without Redis, each of which calls for itself. */
  readonly callsPerMonthApart: number;
  readonly peakOpensPerSecond: number;
  /** In the busiest hour, the 99.9th percentile over seconds. */
  readonly peakCallsPerSecond: number;
  readonly peakCallsPerSecondApart: number;
  /** The same over any 20 seconds. */
  readonly peakCallsIn20Seconds: number;
  /** Organizations that need more calls than the month of each of {@link quotas} has. */
  readonly spendingOrganizations: readonly number[];
  /** Organizations that reach {@link callsPerSecond} in the busiest hour. */
  readonly pacedOrganizations: number;
  /** In each process. */
  readonly cacheEntries: number;
  readonly cacheMiB: number;
  /** Processes that the busiest hour needs. */
  readonly processes: number;
  /** In the busiest hour, the 99.9th percentile over seconds. A trip is one script, for everything of one turn. */
  readonly redisTripsPerSecond: number;
  readonly redisMiB: number;
}

/** The number of opens to simulate at most, over all entries: more opens, less noise. */
const playedOpens = 2_000_000;
/** For one entry in a month: beyond that its calls are computed. */
const mostPlayedOpens = 200_000;
/** What an entry without any opens costs to simulate, in opens. */
const idleOpens = 50;
const mostSamples = 400;
/** A process counts as full at half a core: the rest is for seconds busier than the hour. */
const fullAtCpuShare = 0.5;
/** One to find nothing and take the slot, one to store the answer and give the slot back. */
const tripsPerCall = 2;
/** A replica that waits for another one's call asks for its result every 25 to 50 ms. */
const pollMs = 37.5;
/** Each replica says every 900 ms that it is there, and adds its calls to the month's count at most once a second. */
const beatsPerSecond = 1000 / 900;
/** One entry with its name, as Redis's `used_memory` grows by it. */
const bytesInRedis = 1024;

const busiestSeconds = (workingDays * hourMs) / 1000;

/** Simulates a month for a sample of the cache's entries. The same random numbers give the same estimate. */
export function estimate(question: Question, random: () => number): Estimate {
  const { replicas } = question;
  const classes = organizationClasses(question);
  const together = newMonth();
  const apiece = newMonth();
  const spendingOrganizations = quotas.map(() => 0);
  let pacedOrganizations = 0;
  for (const { question: own, count } of classes) {
    const played = monthOf(own, random, classes.length);
    add(together, played, count);
    add(
      apiece,
      replicas === 1 ? played : playClasses(apart(keyClasses(own), replicas), own, random, classes.length),
      count,
    );
    for (const [at, [, quota]] of quotas.entries()) {
      if (played.calls > quota) spendingOrganizations[at] = (spendingOrganizations[at] ?? 0) + count;
    }
    if (peakOf(played.callsInBusiestHours) > callsPerSecond) pacedOrganizations += count;
  }
  const { opens, calls, waits } = together;
  const peakOpensPerSecond = atMostUsually(
    (question.users * question.opensPerDay * month.busiestShare) / (hourMs / 1000),
  );
  const peakCallsPerSecond = peakOf(together.callsInBusiestHours);
  const cacheEntries = apiece.daysHeld / workingDays / replicas;
  return {
    opensPerMonth: opens,
    hitShare: opens === 0 ? 0 : 1 - calls / opens,
    waitShare: opens === 0 ? 0 : waits / opens,
    callsPerMonth: calls,
    callsPerMonthApart: apiece.calls,
    peakOpensPerSecond,
    peakCallsPerSecond,
    peakCallsPerSecondApart: peakOf(apiece.callsInBusiestHours),
    peakCallsIn20Seconds: peakOf(together.callsInBusiestHours * 20),
    spendingOrganizations,
    pacedOrganizations,
    cacheEntries,
    cacheMiB: (cacheEntries * question.bytesPerEntry) / 2 ** 20,
    processes: Math.max(1, Math.ceil((peakOpensPerSecond * question.cpuMsPerOpen) / 1000 / fullAtCpuShare)),
    redisTripsPerSecond:
      peakOf(tripsInBusiestHours(together)) +
      replicas * beatsPerSecond +
      Math.min(replicas, peakCallsPerSecond),
    redisMiB: ((together.daysHeld / workingDays) * bytesInRedis) / 2 ** 20,
  };
}

const tripsInBusiestHours = (played: KeyMonth): number =>
  played.callsInBusiestHours * tripsPerCall +
  played.readsInBusiestHours +
  (played.waitersInBusiestHours * callMs) / pollMs;

/** A month of one organization, whose simulation takes its part of the opens that may be simulated. */
export const monthOf = (question: Question, random: () => number, parts = 1): KeyMonth =>
  playClasses(keyClasses(question), question, random, parts);

function playClasses(
  classes: readonly KeyClass[],
  freshness: Freshness,
  random: () => number,
  parts: number,
): KeyMonth {
  const shareOf = sampleShare(classes, playedOpens / parts);
  const sum = newMonth();
  for (const { opensPerDay, count } of classes) {
    const samples = Math.max(1, Math.min(count, Math.ceil(shareOf * count), mostSamples));
    for (let sample = 0; sample < samples; sample += 1) {
      add(sum, playMonth(opensPerDay, freshness, random), count / samples);
    }
  }
  return sum;
}

function add(sum: ReturnType<typeof newMonth>, played: KeyMonth, times: number): void {
  sum.opens += played.opens * times;
  sum.calls += played.calls * times;
  sum.waits += played.waits * times;
  sum.callsInBusiestHours += played.callsInBusiestHours * times;
  sum.readsInBusiestHours += played.readsInBusiestHours * times;
  sum.waitersInBusiestHours += played.waitersInBusiestHours * times;
  sum.daysHeld += played.daysHeld * times;
}

/** The share of all entries that the limit of opens allows to simulate. */
function sampleShare(classes: readonly KeyClass[], mostOpens: number): number {
  let opens = 0;
  for (const { opensPerDay, count } of classes) {
    opens += (idleOpens + Math.min(opensPerDay * workingDays, mostPlayedOpens)) * count;
  }
  return Math.min(1, mostOpens / opens);
}

/** What happens that often in all busiest hours of a month, in a busy second of one. */
const peakOf = (inBusiestHours: number): number => atMostUsually(inBusiestHours / busiestSeconds);

/** The 99.9th percentile of a second with that mean. */
const atMostUsually = (perSecond: number): number => perSecond + 3.1 * Math.sqrt(perSecond);
