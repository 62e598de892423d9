import type { Summary } from '../statistics.ts';
import { ratioTo, rowsOf, type Report, type Row } from './report.ts';

/** The report as a page of Markdown: ratios first, then the figures behind them. */
export function markdownOf(report: Report): string {
  const rows = rowsOf(report);
  return [
    '# CPU per operation, as a ratio to the limit of the same round',
    '',
    `Median of ${report.rounds} rounds, in brackets the middle half of them. The limit is ${whatOf(report, 'limit')}; of W7 it is the time to the first right answer that is compared. Ratios hold between machines, figures do not.`,
    '',
    ...table(['', ...report.targets.map(({ name }) => name)], ratioLines(report, rows)),
    '',
    ...notesOnEntities(report),
    '## Upstream calls per operation',
    '',
    ...table(
      ['', ...report.targets.map(({ name }) => name)],
      report.workloads.map(({ name }) => [
        name,
        ...report.targets.map(({ name: target }) => {
          const row = find(rows, name, target);
          return row === undefined ? '–' : figure(row.upstreamCallsPerOperation.median);
        }),
      ]),
    ),
    '',
    ...report.workloads.flatMap(({ name, what }) => workloadSection(name, what, rows)),
    '## Memory of the process, MiB',
    '',
    ...table(
      ['target', 'idle', 'with the last turn'],
      report.memory.map(({ target, idleMiB, afterMiB }) => [target, idleMiB.toFixed(0), afterMiB.toFixed(0)]),
    ),
    '',
    '## How it was measured',
    '',
    `Node ${report.machine.node}, ${report.machine.cpus} × ${report.machine.cpu}, ${report.startedAt}, ${report.seconds.toFixed(0)} s in all.`,
    ...report.skipped.map((line) => `Left out: ${line}.`),
    '',
    ...report.targets.map(({ name, what }) => `- \`${name}\`: ${what}`),
    '',
  ].join('\n');
}

function ratioLines(report: Report, rows: readonly Row[]): string[][] {
  return report.workloads.map(({ name }) => [
    name,
    ...report.targets.map(({ name: target }) => {
      const ratio = find(rows, name, target)?.ratio;
      return ratio === undefined ? '–' : spread(ratio);
    }),
  ]);
}

function workloadSection(workload: string, what: string, rows: readonly Row[]): string[] {
  const lines = rows
    .filter((row) => row.workload === workload)
    .map((row) => [
      row.target,
      row.ratio === undefined ? '–' : spread(row.ratio),
      spread(row.cpuMsPerOperation),
      spread(row.operationsPerSecond),
      spread(row.p50Ms),
      spread(row.p99Ms),
      figure(row.upstreamCallsPerOperation.median),
      row.residentMiB.median.toFixed(0),
    ]);
  const head = ['target', 'ratio', 'CPU ms', 'operations/s', 'p50 ms', 'p99 ms', 'calls', 'MiB'];
  return [`## ${workload}: ${what}`, '', ...table(head, lines), ''];
}

/** The cost of a router's request compared with the same request of a client. */
function notesOnEntities(report: Report): string[] {
  const notes = report.targets.flatMap(({ name: target }) => {
    const ratio = ratioTo(report, { workload: 'W5', target }, { workload: 'W2-0ms', target });
    return ratio === undefined ? [] : [`- \`${target}\`: W5 is ${spread(ratio)} of the same target's W2-0ms`];
  });
  return notes.length === 0 ? [] : [...notes, ''];
}

const find = (rows: readonly Row[], workload: string, target: string): Row | undefined =>
  rows.find((row) => row.workload === workload && row.target === target);

const whatOf = (report: Report, target: string): string =>
  report.targets.find(({ name }) => name === target)?.what ?? 'not part of this run';

const spread = ({ median, q1, q3 }: Summary): string => `${figure(median)} (${figure(q1)}–${figure(q3)})`;

/** Three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : 3);
}

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...lines.map(row)];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
