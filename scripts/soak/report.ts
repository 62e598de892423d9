import type { SoakArguments } from './arguments.ts';
import { ids, viewers } from './population.ts';
import type { Sample } from './samples.ts';
import type { TrafficCounts } from './traffic.ts';

interface Outcome {
  readonly samples: readonly Sample[];
  readonly counts: TrafficCounts;
  readonly complaints: number;
  readonly exitCode: number | null;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (share: number | undefined): string =>
  share === undefined ? 'unknown' : `${(share * 100).toFixed(1)} %`;
const perThousand = ({ calls, lookups }: Sample): string => whole((1000 * calls) / Math.max(1, lookups));

export const progressLine = (sample: Sample, minutes: number, wrong: number): string =>
  `${sample.minute.toFixed(1)}/${minutes} min: ${whole(sample.lookups)} lookups, hit ratio ${percent(sample.hitRatio)}, ` +
  `${perThousand(sample)} calls per 1,000, p50 ${whole(sample.p50Ms)} ms, p99 ${whole(sample.p99Ms)} ms, ` +
  `RSS ${whole(sample.residentMb)} MB, heap ${whole(sample.heapMb)} MB, wrong ${wrong}`;

/** The whole soak as a page of Markdown. */
export function report(
  { minutes, requestsPerSecond, redis }: SoakArguments,
  { samples, counts, complaints, exitCode }: Outcome,
): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return '# Soak\n\nNothing was measured.\n';
  const codes = [...counts.codes].toSorted(([, a], [, b]) => b - a);
  const summary: readonly (readonly [string, string])[] = [
    ['requests', whole(last.requests)],
    ['lookups', whole(last.lookups)],
    ['hit ratio', percent(last.hitRatio)],
    ['calls per 1,000 lookups', perThousand(last)],
    ['token calls', whole(last.tokenCalls)],
    ['faults played by the stand-in', whole(last.faults)],
    ['p50, p99 of a request', `${whole(last.p50Ms)} ms, ${whole(last.p99Ms)} ms`],
    ['RSS after the first minute, at the end', `${whole(first.residentMb)} MB, ${whole(last.residentMb)} MB`],
    ['lowest heap of the first minute, of the last', `${whole(first.heapMb)} MB, ${whole(last.heapMb)} MB`],
    ['requests not sent because 500 were under way', whole(counts.skipped)],
    ['wrong answers', whole(counts.wrong)],
    ['errors logged, unhandled rejections included', whole(complaints)],
    ['exit code after SIGTERM', String(exitCode)],
  ];
  return [
    '# Soak',
    '',
    `\`npm run soak\`: ${minutes} minutes, ${requestsPerSecond} requests a second, ids drawn by Zipf out of ${whole(ids)}, ` +
      `${viewers} viewers, 2 % faults, ${redis ? 'with Redis' : 'in memory'}.`,
    '',
    '| what | how much |',
    '| --- | --- |',
    ...summary.map(([what, value]) => `| ${what} | ${value} |`),
    '',
    '| code | fields |',
    '| --- | --- |',
    ...codes.map(([code, count]) => `| \`${code}\` | ${whole(count)} |`),
    '',
    '| minute | lookups | hit ratio | cache entries | RSS (MB) | lowest heap (MB) | p99 (ms) |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...samples.map(
      (sample) =>
        `| ${sample.minute.toFixed(1)} | ${whole(sample.lookups)} | ${percent(sample.hitRatio)} | ` +
        `${sample.cacheEntries === undefined ? 'unknown' : whole(sample.cacheEntries)} | ${whole(sample.residentMb)} | ` +
        `${whole(sample.heapMb)} | ${whole(sample.p99Ms)} |`,
    ),
    '',
  ].join('\n');
}
