import type { Cell } from '../measure/cell.ts';
import { ratiosWithinRounds, summarize, type Summary } from '../statistics.ts';

/** Everything that one run measured. */
export interface Report {
  readonly mode: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: { readonly node: string; readonly cpus: number; readonly cpu: string };
  /** Rounds that count. */
  readonly rounds: number;
  readonly targets: readonly { readonly name: string; readonly what: string }[];
  readonly workloads: readonly { readonly name: string; readonly what: string }[];
  /** Targets that could not run, with the reason. */
  readonly skipped: readonly string[];
  readonly memory: readonly TargetMemory[];
  /** Including round 0, which does not count. */
  readonly cells: readonly Cell[];
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
  /** To the limit, of the same rounds: of CPU time per operation; of a start, of its time. */
  readonly ratio: Summary | undefined;
  readonly cpuMsPerOperation: Summary;
  readonly operationsPerSecond: Summary;
  readonly p50Ms: Summary;
  readonly p99Ms: Summary;
  readonly upstreamCallsPerOperation: Summary;
  readonly residentMiB: Summary;
}

const reference = 'limit';

export function rowsOf(report: Report): Row[] {
  const rows: Row[] = [];
  for (const { name: workload } of report.workloads) {
    for (const { name: target } of report.targets) {
      const cells = counted(report, workload, target);
      if (cells.length === 0) continue;
      const of = (value: (cell: Cell) => number): Summary => summarize(cells.map(value));
      rows.push({
        workload,
        target,
        ratio: ratioTo(report, { workload, target }, { workload, target: reference }),
        cpuMsPerOperation: of((cell) => cell.cpuMsPerOperation),
        operationsPerSecond: of((cell) => cell.operationsPerSecond),
        p50Ms: of((cell) => cell.p50Ms),
        p99Ms: of((cell) => cell.p99Ms),
        upstreamCallsPerOperation: of((cell) => cell.upstreamCallsPerOperation),
        residentMiB: of((cell) => cell.residentMiB),
      });
    }
  }
  return rows;
}

interface Place {
  readonly workload: string;
  readonly target: string;
}

/** The ratio of two cells' costs, round by round; undefined if they have no round in common. */
export function ratioTo(report: Report, place: Place, base: Place): Summary | undefined {
  const costs = ({ workload, target }: Place): Map<number, number> =>
    new Map(counted(report, workload, target).map((cell) => [cell.round, costOf(cell)]));
  const ratios = ratiosWithinRounds(costs(place), costs(base));
  return ratios.length === 0 ? undefined : summarize(ratios);
}

const costOf = (cell: Cell): number => (cell.workload === 'W7' ? cell.seconds : cell.cpuMsPerOperation);

const counted = ({ cells }: Report, workload: string, target: string): Cell[] =>
  cells.filter(
    (cell) => cell.round > 0 && cell.workload === workload && cell.target === target && cell.operations > 0,
  );
