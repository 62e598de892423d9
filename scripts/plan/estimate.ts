import { keyClasses, type KeyClass } from './keys.ts';
import { hourMs, month, playMonth, workingDays } from './month.ts';
import type { Question } from './question.ts';

/** What a month of such use comes to. */
export interface Estimate {
  readonly opensPerMonth: number;
  /** Opens that are answered without a call, as a share. */
  readonly hitShare: number;
  /** Opens that wait for a call, as a share: where something old is served meanwhile, nobody waits. */
  readonly waitShare: number;
  readonly callsPerMonth: number;
  readonly peakOpensPerSecond: number;
  /** In the busiest hour, what all but one second in a thousand stay below. */
  readonly peakCallsPerSecond: number;
  readonly cacheEntries: number;
  readonly cacheMiB: number;
  /** Processes that the busiest hour needs. */
  readonly replicas: number;
  readonly redisOperationsPerSecond: number;
}

/** How many opens are played at most, over all entries: the more, the less the result depends on chance. */
const playedOpens = 2_000_000;
const mostSamples = 400;
/** A process is full at half a core: the rest is for the seconds that are busier than the hour. */
const fullAtCpuShare = 0.5;
/** Of each open: one read, as if no process kept anything itself. Of each call: the answer, its place in the second, its place in the month. */
const redisPerOpen = 1;
const redisPerCall = 3;

/** Plays a month for a sample of the cache's entries. The same randomness gives the same estimate. */
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

/** The share of all entries that can be played with the opens there are to play. */
function sampleShare(classes: readonly KeyClass[]): number {
  const opens = classes.reduce((sum, { opensPerDay, count }) => sum + opensPerDay * count, 0) * workingDays;
  return Math.min(1, playedOpens / opens);
}

/** What a second with that many on average stays below, all but one time in a thousand. */
const atMostUsually = (perSecond: number): number => perSecond + 3.1 * Math.sqrt(perSecond);
