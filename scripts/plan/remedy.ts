import { monthOf } from './estimate.ts';
import type { Question } from './question.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const steps = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs, 24 * hourMs];

/**
 * Finds the shortest of a few round `CACHE_TTL_MS` with which a month needs at most that many calls; undefined if none fits.
 * Each is estimated once, however often this is asked.
 */
export function createRemedy(
  question: Question,
  createRandom: () => () => number,
): (callsPerMonth: number) => number | undefined {
  const longer = steps
    .filter((ttlMs) => ttlMs > question.ttlMs)
    .map((ttlMs) => ({ ttlMs, calls: lazy(() => monthOf({ ...question, ttlMs }, createRandom()).calls) }));
  return (callsPerMonth) => longer.find(({ calls }) => calls() <= callsPerMonth)?.ttlMs;
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
