import type { Cell } from '../measure/cell.ts';
import type { RedisCounts } from '../measure/redis-cost.ts';
import { ratiosWithinRounds, summarize, type Summary } from '../statistics.ts';

/** Everything that one run measured. */
export interface Report {
  readonly mode: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: { readonly node: string; readonly cpus: number; readonly cpu: string };
  /** Rounds that count, without the further ones of some rows. */
  readonly rounds: number;
  readonly targets: readonly ReportedTarget[];
  readonly workloads: readonly ReportedWorkload[];
  /** Targets that could not run, with the reason. */
  readonly skipped: readonly string[];
  /** Why targets did not start. */
  readonly failed: readonly string[];
  readonly memory: readonly TargetMemory[];
  /** Including round 0, which does not count. */
  readonly cells: readonly Cell[];
}

/** The part of a report that the rows follow from. */
export type Measured = Pick<Report, 'targets' | 'workloads' | 'cells'>;

export interface ReportedTarget {
  readonly name: string;
  readonly what: string;
  readonly reference?: string | undefined;
  readonly beside?: string | undefined;
}

export interface ReportedWorkload {
  readonly name: string;
  readonly what: string;
  readonly timed?: boolean | undefined;
}

export interface TargetMemory {
  readonly target: string;
  /** Before the first request. */
  readonly idleMiB: number;
  /** During the last turn of all. */
  readonly afterMiB: number;
}

/** The results of one target at one workload, over the rounds that count. */
export interface Row {
  readonly workload: string;
  readonly target: string;
  /** Rounds that count. */
  readonly rounds: number;
  readonly reference: string;
  readonly beside: string | undefined;
  /** To the reference, of the same rounds: of CPU time per operation, or of its time. */
  readonly ratio: Summary | undefined;
  /** The same to the target that it is compared with as well. */
  readonly ratioBeside: Summary | undefined;
  readonly cpuMsPerOperation: Summary;
  readonly operationsPerSecond: Summary;
  readonly p50Ms: Summary;
  readonly p99Ms: Summary;
  readonly upstreamCallsPerOperation: Summary;
  /** Of targets over TLS, for each call of the upstream. */
  readonly connections: ConnectionsPerCall | undefined;
  /** For each lookup, of targets with Redis. */
  readonly redis: Readonly<Record<keyof RedisCounts, Summary>> | undefined;
  readonly residentMiB: Summary;
}

const limit = 'limit';

export function rowsOf(report: Measured): Row[] {
  const rows: Row[] = [];
  for (const { name: workload } of report.workloads) {
    for (const { name: target, reference = limit, beside } of report.targets) {
      const cells = counted(report, workload, target);
      if (cells.length === 0) continue;
      const of = (value: (cell: Cell) => number): Summary => summarize(cells.map(value));
      rows.push({
        workload,
        target,
        rounds: cells.length,
        reference,
        beside,
        ratio: ratioTo(report, { workload, target }, { workload, target: reference }),
        ratioBeside:
          beside === undefined
            ? undefined
            : ratioTo(report, { workload, target }, { workload, target: beside }),
        cpuMsPerOperation: of((cell) => cell.cpuMsPerOperation),
        operationsPerSecond: of((cell) => cell.operationsPerSecond),
        p50Ms: of((cell) => cell.p50Ms),
        p99Ms: of((cell) => cell.p99Ms),
        upstreamCallsPerOperation: of((cell) => cell.upstreamCallsPerOperation),
        connections: connectionsOf(cells),
        redis: summaryOfRedis(cells),
        residentMiB: of((cell) => cell.residentMiB),
      });
    }
  }
  return rows;
}

export interface ConnectionsPerCall {
  readonly opened: Summary;
  /** Those that resumed a TLS session instead of a whole handshake. */
  readonly resumed: Summary;
}

function connectionsOf(cells: readonly Cell[]): ConnectionsPerCall | undefined {
  const counts = cells.flatMap(({ connections }) => connections ?? []);
  if (counts.length === 0) return undefined;
  const of = (name: 'opened' | 'resumed'): Summary =>
    summarize(counts.map((each) => each[name] / Math.max(1, each.calls)));
  return { opened: of('opened'), resumed: of('resumed') };
}

function summaryOfRedis(cells: readonly Cell[]): Row['redis'] {
  const counts = cells.flatMap(({ redis }) => redis ?? []);
  if (counts.length === 0) return undefined;
  const of = (name: keyof RedisCounts): Summary => summarize(counts.map((each) => each[name]));
  return { commands: of('commands'), scripts: of('scripts'), reads: of('reads'), cpuMs: of('cpuMs') };
}

export interface Place {
  readonly workload: string;
  readonly target: string;
}

/** The ratio of two cells' costs, round by round; undefined if they have no round in common. */
export function ratioTo(report: Measured, place: Place, base: Place): Summary | undefined {
  const costs = ({ workload, target }: Place): Map<number, number> =>
    new Map(counted(report, workload, target).map((cell) => [cell.round, costOf(cell, report)]));
  const ratios = ratiosWithinRounds(costs(place), costs(base));
  return ratios.length === 0 ? undefined : summarize(ratios);
}

const costOf = (cell: Cell, { workloads }: Measured): number =>
  workloads.some(({ name, timed }) => timed === true && name === cell.workload)
    ? cell.p50Ms
    : cell.cpuMsPerOperation;

const counted = ({ cells }: Measured, workload: string, target: string): Cell[] =>
  cells.filter(
    (cell) => cell.round > 0 && cell.workload === workload && cell.target === target && cell.operations > 0,
  );
