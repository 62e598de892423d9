import type { Estimate } from './estimate.ts';
import type { Question } from './question.ts';

/** Calls an organization has in a month, and calls a second an app has for one API. */
const quotas = [
  ['standard edition', 5000],
  ['professional edition', 200_000],
] as const;
const callsPerSecond = 20;

/** The shortest `CACHE_TTL_MS` with which a month needs at most that many calls. */
type TtlFitting = (callsPerMonth: number) => number | undefined;

/** The plan as text: figures, the limits they are compared with, and what would help. */
export function pageOf(question: Question, found: Estimate, ttlFitting: TtlFitting): string {
  const rows: readonly (readonly [string, string])[] = [
    ['opens a month', whole(found.opensPerMonth)],
    ['answered without a call', percent(found.hitShare)],
    ['opens that wait for DingTalk', percent(found.waitShare)],
    ['upstream calls a month', whole(found.callsPerMonth)],
    ...quotas.map(([edition, quota]): readonly [string, string] => [
      `  of ${whole(quota)}, ${edition}`,
      verdict(found.callsPerMonth, quota) + (found.callsPerMonth > quota ? remedy(ttlFitting(quota)) : ''),
    ]),
    ['opens a second, busiest hour', some(found.peakOpensPerSecond)],
    ['upstream calls a second, busiest hour', some(found.peakCallsPerSecond)],
    [`  of ${callsPerSecond} a second`, verdict(found.peakCallsPerSecond, callsPerSecond)],
    ['cache entries (CACHE_MAX_ENTRIES)', whole(found.cacheEntries)],
    ['cache memory, MiB', some(found.cacheMiB)],
    ['gateway processes', `${found.replicas}, and one more to lose`],
    ['Redis operations a second', some(found.redisOperationsPerSecond)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    '',
    ...assumptions(question),
    '',
  ].join('\n');
}

const assumptions = ({
  groupsPerUser,
  staleMs,
  viewerShare,
  cpuMsPerOpen,
  bytesPerEntry,
}: Question): string[] => [
  'Assumed: 22 working days of ten hours, a fifth of a day within its busiest hour; each person opens',
  `${groupsPerUser} groups again and again (--groups-per-user), some far more often than others; ${percent(viewerShare)} of the people`,
  `ask as themselves (--viewer-share); answers stay servable ${staleMs} ms beyond --ttl (--stale). One open takes`,
  `${cpuMsPerOpen} ms of CPU (--cpu-ms) and one entry ${bytesPerEntry} bytes (--entry-bytes): put your own measurements in.`,
];

function verdict(found: number, allowed: number): string {
  const times = found / allowed;
  return times <= 1 ? `fits (${percent(times)} of it)` : `TOO MANY: ${some(times)} times as many`;
}

const remedy = (ttlMs: number | undefined): string =>
  ttlMs === undefined ? '; no --ttl up to a day would do' : `; --ttl ${ttlMs} would do`;

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const some = (value: number): string => (value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 0 : 1));
const percent = (value: number): string => `${(value * 100).toFixed(value >= 0.1 || value === 0 ? 0 : 1)} %`;
