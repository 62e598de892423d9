import { keyClasses, type KeyClass } from './keys.ts';
import { hourMs, month, playMonth, workingDays } from './month.ts';
import type { Question } from './question.ts';

/** The estimate for a month of given use. */
export interface Estimate {
  readonly opensPerMonth: number;
  /** The share of opens that are answered without a call. */
  readonly hitShare: number;
  /** The share of opens that wait for a call. An open that is served a stale entry does not wait. */
  readonly waitShare: number;
  readonly callsPerMonth: number;
  readonly peakOpensPerSecond: number;
  /** In the busiest hour, the 99.9th percentile over seconds. */
  readonly peakCallsPerSecond: number;
  readonly cacheEntries: number;
  readonly cacheMiB: number;
  /** Processes that the busiest hour needs. */
  readonly replicas: number;
  readonly redisOperationsPerSecond: number;
}

/** The number of opens to simulate at most, over all entries: more opens, less noise. */
const playedOpens = 2_000_000;
const mostSamples = 400;
/** A process counts as full at half a core: the rest is for seconds busier than the hour. */
const fullAtCpuShare = 0.5;
/** One read for each open, as without memory in the process. For each call: the answer, the rate limit, the month's count. */
const redisPerOpen = 1;
const redisPerCall = 3;

/** Simulates a month for a sample of the cache's entries. The same random numbers give the same estimate. */
export function estimate(question: Question, random: () => number): Estimate {
  const classes = keyClasses(question);
  const shareOf = sampleShare(classes);
  let opens = 0;
  let calls = 0;
  let waits = 0;
  let busiest = 0;
  let held = 0;
  for (const { opensPerDay, count } of classes) {
    const samples = Math.max(1, Math.min(count, Math.ceil(shareOf * count), mostSamples));
    const weight = count / samples;
    for (let sample = 0; sample < samples; sample += 1) {
      const played = playMonth(opensPerDay, question, random);
      opens += played.opens * weight;
      calls += played.calls * weight;
      waits += played.waits * weight;
      busiest += played.callsInBusiestHours * weight;
      held += played.daysHeld * weight;
    }
  }
  const busiestSeconds = (workingDays * hourMs) / 1000;
  const opensPerDay = question.users * question.opensPerDay;
  const peakOpensPerSecond = atMostUsually((opensPerDay * month.busiestShare) / (hourMs / 1000));
  const peakCallsPerSecond = atMostUsually(busiest / busiestSeconds);
  const cacheEntries = held / workingDays;
  return {
    opensPerMonth: opens,
    hitShare: opens === 0 ? 0 : 1 - calls / opens,
    waitShare: opens === 0 ? 0 : waits / opens,
    callsPerMonth: calls,
    peakOpensPerSecond,
    peakCallsPerSecond,
    cacheEntries,
    cacheMiB: (cacheEntries * question.bytesPerEntry) / 2 ** 20,
    replicas: Math.max(1, Math.ceil((peakOpensPerSecond * question.cpuMsPerOpen) / 1000 / fullAtCpuShare)),
    redisOperationsPerSecond: peakOpensPerSecond * redisPerOpen + peakCallsPerSecond * redisPerCall,
  };
}

/** The share of all entries that the limit of opens allows to simulate. */
function sampleShare(classes: readonly KeyClass[]): number {
  const opens = classes.reduce((sum, { opensPerDay, count }) => sum + opensPerDay * count, 0) * workingDays;
  return Math.min(1, playedOpens / opens);
}

/** The 99.9th percentile of a second with that mean. */
const atMostUsually = (perSecond: number): number => perSecond + 3.1 * Math.sqrt(perSecond);
