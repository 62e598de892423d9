import { estimate } from './estimate.ts';
import type { Question } from './question.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const steps = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs, 24 * hourMs];

/** The shortest of a few round `CACHE_TTL_MS` with which a month needs at most that many calls; undefined if none fits. */
export function ttlThatFits(
  question: Question,
  callsPerMonth: number,
  createRandom: () => () => number,
): number | undefined {
  return steps
    .filter((ttlMs) => ttlMs > question.ttlMs)
    .find((ttlMs) => estimate({ ...question, ttlMs }, createRandom()).callsPerMonth <= callsPerMonth);
}
