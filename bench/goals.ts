import { ratioTo, rowsOf, type Report, type Row } from './report/report.ts';

/** What is judged. */
type Measure =
  /** CPU time over the limit's of the same round. */
  | '× limit'
  | '× gateway-cache'
  | '× its W2-0ms'
  /** The median time of an operation. */
  | 'ms'
  | 'calls'
  /** Connections to the upstream for each call, over the limit's. */
  | 'connections, × limit-tls'
  /** The same of those that did not resume a TLS session. */
  | 'whole handshakes, × limit-tls'
  | 'MB idle';

/** What a row of the report promises. A timing is never asserted: a missed goal is printed. */
export interface Goal {
  /** None for what a target takes before its first request. */
  readonly workload: string | undefined;
  readonly target: string;
  readonly measure: Measure;
  readonly atMost: number;
  /** The page that promises it. */
  readonly from: string;
}

const aims = 'docs/performance.md';
const decided = 'docs/decisions/0146-goal-of-each-row.md';
const fields = 'bench/README.md';

const goalsOf =
  (targets: readonly string[]) =>
  (workload: string | undefined, measure: Measure, atMost: number, from: string): Goal[] =>
    targets.map((target) => ({ workload, target, measure, atMost, from }));

const own = goalsOf(['gateway', 'gateway-cache']);
const cached = goalsOf(['gateway-cache']);
const redis = goalsOf(['gateway-redis']);
const everyone = goalsOf(['gateway', 'gateway-cache', 'gateway-redis', 'gateway-cluster']);
const tls = goalsOf(['gateway-tls']);

/** All goals of the benchmark, in the order of the report. */
export const goals: readonly Goal[] = [
  ...own('W1-32', '× limit', 3, aims),
  ...own('W1-128', '× limit', 2.7, aims),
  ...own('W2-0ms', '× limit', 1, aims),
  ...own('W2-50ms', '× limit', 1, aims),
  ...cached('W4', '× limit', 1.2, aims),
  ...own('W5', '× its W2-0ms', 1.2, aims),
  // Milliseconds hold on the machine of docs/performance.md alone.
  ...own('W7', 'ms', 450, aims),
  ...own(undefined, 'MB idle', 110, aims),
  ...everyone('W2-wave', 'ms', 60, decided),
  ...['W1-1', 'W1-32', 'W1-128', 'W2-0ms', 'W2-50ms'].flatMap((workload) =>
    redis(workload, '× gateway-cache', 2.5, decided),
  ),
  ...['W1-32', 'W2-0ms', 'W2-50ms'].flatMap((workload) =>
    tls(workload, 'connections, × limit-tls', 1, decided),
  ),
  ...['W1-32', 'W2-0ms', 'W2-50ms'].flatMap((workload) =>
    tls(workload, 'whole handshakes, × limit-tls', 1, decided),
  ),
  ...everyone('W2-0ms', 'calls', 25, aims),
  ...own('W3', 'calls', 0.001, aims),
  ...own('W8', 'calls', 3, fields),
  ...own('W9', 'calls', 2, fields),
];

/** A goal beside what was measured. */
export interface Judgement {
  readonly goal: Goal;
  readonly measured: number;
  readonly isMet: boolean;
}

/** The goals of all rows that the report has. */
export function judge(report: Report): Judgement[] {
  const rows = rowsOf(report);
  return goals.flatMap((goal) => {
    const measured = measuredFor(goal, report, rows);
    if (measured === undefined || Number.isNaN(measured)) return [];
    return [{ goal, measured, isMet: measured <= goal.atMost }];
  });
}

function measuredFor(goal: Goal, report: Report, rows: readonly Row[]): number | undefined {
  const { workload, target, measure } = goal;
  if (measure === 'MB idle') {
    const memory = report.memory.find((each) => each.target === target);
    return memory && (memory.idleMiB * 2 ** 20) / 1e6;
  }
  const rowOf = (name: string): Row | undefined =>
    rows.find((row) => row.workload === workload && row.target === name);
  const row = rowOf(target);
  if (row === undefined || workload === undefined) return undefined;
  switch (measure) {
    case '× limit':
      return row.ratio?.median;
    case '× gateway-cache':
      return row.ratioBeside?.median;
    case '× its W2-0ms':
      return ratioTo(report, { workload, target }, { workload: 'W2-0ms', target })?.median;
    case 'ms':
      return row.p50Ms.median;
    case 'calls':
      return row.upstreamCallsPerOperation.median;
    case 'connections, × limit-tls':
      return over(row, rowOf(row.reference), ({ connections }) => connections?.opened.median ?? NaN);
    case 'whole handshakes, × limit-tls':
      return over(row, rowOf(row.reference), wholeHandshakesPerCall);
  }
}

/** Connections that did not resume a TLS session, for each call of the upstream. */
const wholeHandshakesPerCall = ({ connections }: Row): number =>
  connections === undefined ? NaN : connections.opened.median - connections.resumed.median;

/** No more than none is as good as the reference. */
function over(row: Row, reference: Row | undefined, value: (row: Row) => number): number | undefined {
  if (reference === undefined) return undefined;
  return value(row) === 0 ? 0 : value(row) / value(reference);
}

/** Whether a row has a goal that depends on its spread. */
export const hasGoal = (workload: string, target: string): boolean =>
  goals.some((goal) => goal.workload === workload && goal.target === target && goal.measure !== 'calls');
