import { judge, type Judgement } from '../goals.ts';
import { figure, spread, table } from './markdown.ts';
import { ratioTo, rowsOf, type Report, type ReportedTarget, type Row } from './report.ts';
import { goalsOfRow, goalsSection, redisSection, tlsSection, waveSection } from './sections.ts';

const waveLatencyMs = 50;

/** The report as a page of Markdown: ratios first, then the figures behind them. */
export function markdownOf(report: Report): string {
  const rows = rowsOf(report);
  const judgements = judge(report);
  return [
    '# CPU per operation, as a ratio to the limit of the same round',
    '',
    `Median of ${report.rounds} rounds, in brackets the middle half of them.${noteOnFurtherRounds(report, rows)} The limit is ${whatOf(report, 'limit')}; of W7 and W2-wave it is the time of an operation that is compared. Ratios hold between machines, figures do not.`,
    '',
    ...ratioTable(report, (row) => (row.ratio === undefined ? '–' : spread(row.ratio)), rows),
    '',
    ...notesOnEntities(report),
    ...goalsSection(judgements),
    ...waveSection(rows, waveLatencyMs),
    ...tlsSection(rows),
    ...redisSection(rows),
    '## Upstream calls per operation',
    '',
    ...ratioTable(report, (row) => figure(row.upstreamCallsPerOperation.median), rows),
    '',
    ...report.workloads.flatMap(({ name, what }) => workloadSection(name, what, rows, judgements)),
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
    ...report.failed.map((line) => `Left out: ${line.split('\n')[0]}.`),
    '',
    ...report.targets.map(({ name, what }) => `- \`${name}\`: ${what}`),
    '',
  ].join('\n');
}

/** Those that are compared with the limit: a workload a line, a target a column. */
function ratioTable(report: Report, cellOf: (row: Row) => string, rows: readonly Row[]): string[] {
  const columns = report.targets.filter(isBesideTheLimit);
  return table(
    ['', ...columns.map(({ name }) => name)],
    report.workloads.map(({ name }) => [
      name,
      ...columns.map(({ name: target }) => {
        const row = rows.find((each) => each.workload === name && each.target === target);
        return row === undefined ? '–' : cellOf(row);
      }),
    ]),
  );
}

const isBesideTheLimit = ({ reference }: ReportedTarget): boolean => reference === undefined;

function workloadSection(
  workload: string,
  what: string,
  rows: readonly Row[],
  judgements: readonly Judgement[],
): string[] {
  const lines = rows
    .filter((row) => row.workload === workload)
    .map((row) => [
      row.target,
      row.ratio === undefined ? '–' : spread(row.ratio),
      goalsOfRow(row, judgements),
      String(row.rounds),
      spread(row.cpuMsPerOperation),
      spread(row.operationsPerSecond),
      spread(row.p50Ms),
      spread(row.p99Ms),
      figure(row.upstreamCallsPerOperation.median),
      row.residentMiB.median.toFixed(0),
    ]);
  const head = [
    'target',
    'ratio',
    'goals',
    'rounds',
    'CPU ms',
    'operations/s',
    'p50 ms',
    'p99 ms',
    'calls',
    'MiB',
  ];
  return [`## ${workload}: ${what}`, '', ...table(head, lines), ''];
}

const noteOnFurtherRounds = ({ rounds }: Report, rows: readonly Row[]): string =>
  rows.some((row) => row.rounds > rounds)
    ? ' Rows with a wide middle half had further rounds, as the tables below say.'
    : '';

/** The cost of a router's request compared with the same request of a client. */
function notesOnEntities(report: Report): string[] {
  const notes = report.targets.flatMap(({ name: target }) => {
    const ratio = ratioTo(report, { workload: 'W5', target }, { workload: 'W2-0ms', target });
    return ratio === undefined ? [] : [`- \`${target}\`: W5 is ${spread(ratio)} of the same target's W2-0ms`];
  });
  return notes.length === 0 ? [] : [...notes, ''];
}

const whatOf = (report: Report, target: string): string =>
  report.targets.find(({ name }) => name === target)?.what ?? 'not part of this run';
