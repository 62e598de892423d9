import { callsPerSecond, quotas, type Estimate } from './estimate.ts';
import { callMs } from './month.ts';
import type { Question } from './question.ts';

/** Calls of one egress address in 20 s, over all APIs and organizations. More, and DingTalk bans it for five minutes. */
const callsOfAddress = 10_000;

/** The shortest `CACHE_TTL_MS` with which a month needs at most that many calls. */
type TtlFitting = (callsPerMonth: number) => number | undefined;
type Row = readonly [name: string, value: string];

/** The plan as text: figures, the limits they are compared with, and what would help. */
export function pageOf(question: Question, found: Estimate, ttlFitting: TtlFitting): string {
  const { organizations, replicas } = question;
  const limits = organizations === 1 ? limitsOfOne : limitsOfEach;
  const { months, pace } = limits(organizations, found, ttlFitting);
  const rows: readonly Row[] = [
    ['opens a month', whole(found.opensPerMonth)],
    ['answered without a call', percent(found.hitShare)],
    ['opens that wait for DingTalk', percent(found.waitShare)],
    ['upstream calls a month', whole(found.callsPerMonth)],
    ...months,
    ['opens a second, busiest hour', some(found.peakOpensPerSecond)],
    ['upstream calls a second, busiest hour', some(found.peakCallsPerSecond)],
    pace,
    [`  of ${whole(callsOfAddress)} in 20 s, one address`, addresses(found.peakCallsIn20Seconds)],
    ...(replicas === 1 ? [] : withoutRedis(replicas, found)),
    ['cache entries a process (CACHE_MAX_ENTRIES)', whole(found.cacheEntries)],
    ['cache memory a process, MiB', some(found.cacheMiB)],
    ['gateway processes', processes(replicas, found)],
    ['Redis trips a second, busiest hour', some(found.redisTripsPerSecond)],
    ['Redis memory, MiB', some(found.redisMiB)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    '',
    ...assumptions(question),
    '',
  ].join('\n');
}

interface Limits {
  readonly months: readonly Row[];
  readonly pace: Row;
}

const limitsOfOne = (_one: number, found: Estimate, ttlFitting: TtlFitting): Limits => ({
  months: quotas.map(([edition, quota]): Row => [
    `  of ${whole(quota)}, ${edition}`,
    verdict(found.callsPerMonth, quota) +
      (found.callsPerMonth > quota ? `; ${remedy(ttlFitting(quota))}` : ''),
  ]),
  pace: [`  of ${callsPerSecond} a second`, verdict(found.peakCallsPerSecond, callsPerSecond)],
});

const limitsOfEach = (organizations: number, found: Estimate, ttlFitting: TtlFitting): Limits => ({
  months: quotas.map(([edition, quota], at): Row => {
    const spending = found.spendingOrganizations[at] ?? 0;
    return [
      `  organizations that spend ${whole(quota)}, ${edition}`,
      `${whole(spending)} of ${whole(organizations)}` +
        (spending > 0 ? `; for the largest ${remedy(ttlFitting(quota))}` : ''),
    ];
  }),
  pace: [
    `  organizations that reach ${callsPerSecond} a second`,
    `${whole(found.pacedOrganizations)} of ${whole(organizations)}`,
  ],
});

/** What the same processes would need that share nothing. */
const withoutRedis = (replicas: number, found: Estimate): Row[] => [
  ['without Redis: upstream calls a month', whole(found.callsPerMonthApart)],
  ['  a second, busiest hour', some(found.peakCallsPerSecondApart)],
  [
    '  DINGTALK_QPS of each process',
    replicas > callsPerSecond
      ? `NONE FITS: at 1 they are ${replicas} a second together; give at most ${callsPerSecond} replicas`
      : `${Math.floor(callsPerSecond / replicas)}, as they do not know of each other`,
  ],
];

function addresses(callsIn20Seconds: number): string {
  const needed = Math.ceil(callsIn20Seconds / callsOfAddress);
  const more = needed > 1 ? `; ${whole(needed)} egress addresses would do` : '';
  return verdict(callsIn20Seconds, callsOfAddress) + more;
}

const processes = (replicas: number, { processes: needed }: Estimate): string =>
  replicas === 1 || replicas > needed
    ? `${whole(needed)}, and one more to lose`
    : `TOO FEW: ${whole(needed)} are needed, and one more to lose`;

const assumptions = ({
  groupsPerUser,
  staleMs,
  viewerShare,
  cpuMsPerOpen,
  bytesPerEntry,
  organizations,
}: Question): string[] => [
  'Assumed: 22 working days of ten hours, a fifth of a day within its busiest hour; each person opens',
  `${groupsPerUser} groups again and again (--groups-per-user), some far more often than others; ${percent(viewerShare)} of the people`,
  `ask as themselves (--viewer-share); answers stay servable ${staleMs} ms beyond --ttl (--stale). One open takes`,
  `${cpuMsPerOpen} ms of CPU (--cpu-ms) and one entry ${bytesPerEntry} bytes (--entry-bytes): put your own measurements in.`,
  ...(organizations === 1
    ? []
    : [
        'Of the organizations the n-th has n times fewer people and groups than the first. All have the same busiest hour.',
      ]),
  `Replicas (--replicas) on one Redis call as one process does. A trip to Redis is one script: one to ask and take the slot, one`,
  `to store; one for what another replica has asked; polls while one waits for another's call (${callMs} ms); none for what a`,
  'process remembers. Lookups of one request share theirs: then there are fewer. What needs Redis without a lookup is counted.',
];

function verdict(found: number, allowed: number): string {
  const times = found / allowed;
  return times <= 1 ? `fits (${percent(times)} of it)` : `TOO MANY: ${some(times)} times as many`;
}

const remedy = (ttlMs: number | undefined): string =>
  ttlMs === undefined ? 'no --ttl up to a day would do' : `--ttl ${ttlMs} would do`;

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const some = (value: number): string => (value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 0 : 1));
const percent = (value: number): string => `${(value * 100).toFixed(value >= 0.1 || value === 0 ? 0 : 1)} %`;
