import { estimate } from './estimate.ts';
import type { Question } from './question.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const steps = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs, 24 * hourMs];

/** The shortest freshness, of a few round ones, with which a month needs no more calls than that; undefined: none does. */
export function ttlThatFits(
  question: Question,
  callsPerMonth: number,
  createRandom: () => () => number,
): number | undefined {
  return steps
    .filter((ttlMs) => ttlMs > question.ttlMs)
    .find((ttlMs) => estimate({ ...question, ttlMs }, createRandom()).callsPerMonth <= callsPerMonth);
}
