import type { Judgement } from '../goals.ts';
import { figure, spread, table } from './markdown.ts';
import type { Row } from './report.ts';

/** All goals, each with what was measured. */
export function goalsSection(judgements: readonly Judgement[]): string[] {
  if (judgements.length === 0) return [];
  return [
    '## Goals',
    '',
    ...table(
      ['', 'target', 'what', 'goal', 'measured', '', 'from'],
      judgements.map(({ goal, measured, isMet }) => [
        goal.workload ?? '',
        goal.target,
        goal.measure,
        `≤ ${figure(goal.atMost)}`,
        figure(measured),
        isMet ? 'met' : 'missed',
        goal.from,
      ]),
    ),
    '',
  ];
}

/** The goals of one row, in a cell of a table. */
export const goalsOfRow = ({ workload, target }: Row, judgements: readonly Judgement[]): string =>
  judgements
    .filter(({ goal }) => goal.workload === workload && goal.target === target)
    .map(({ goal, isMet }) => `${goal.measure} ≤ ${figure(goal.atMost)} ${isMet ? 'met' : 'missed'}`)
    .join('; ');

/** The time of one operation alone, beside that of its calls. */
export const waveSection = (rows: readonly Row[], latencyMs: number): string[] =>
  section(
    'One wave',
    `W2-wave: the median time of one operation. Its calls take ${latencyMs} ms, all at once.`,
    ['target', 'ms', `over ${latencyMs} ms`],
    rows
      .filter(({ workload }) => workload === 'W2-wave')
      .map(({ target, p50Ms }) => [target, spread(p50Ms), figure(p50Ms.median - latencyMs)]),
  );

const per1000 = (value: number): string => figure(1000 * value);

/** What TLS to the upstream costs, and how connections are used. */
export const tlsSection = (rows: readonly Row[]): string[] =>
  section(
    'Upstream over TLS',
    'The ratio is to `limit-tls`; the connections are those of a thousand lookups after the upstream has closed all of them, for a thousand calls.',
    ['', 'target', 'ratio', 'over plain text', 'connections', 'sessions resumed', 'whole handshakes'],
    rows
      .filter(({ connections }) => connections !== undefined)
      .map(({ workload, target, ratio, ratioBeside, connections }) => {
        const [opened, resumed] = [connections?.opened.median ?? NaN, connections?.resumed.median ?? NaN];
        return [
          workload,
          target,
          ratio === undefined ? '–' : spread(ratio),
          ratioBeside === undefined ? '–' : spread(ratioBeside),
          per1000(opened),
          per1000(resumed),
          per1000(opened - resumed),
        ];
      }),
  );

/** What Redis costs the gateway, and what Redis does. */
export const redisSection = (rows: readonly Row[]): string[] =>
  section(
    'Redis',
    'CPU time over that of `gateway-cache` in the same round. Of Redis, for each lookup (an alias is one): its commands with those that scripts run, scripts, packets with commands, CPU µs; beats included.',
    ['', 'target', 'redis / cache', 'calls', 'commands', 'scripts', 'packets', 'CPU µs of Redis'],
    rows
      .filter(({ redis }) => redis !== undefined)
      .map(({ workload, target, ratioBeside, upstreamCallsPerOperation, redis }) => [
        workload,
        target,
        ratioBeside === undefined ? '–' : spread(ratioBeside),
        figure(upstreamCallsPerOperation.median),
        figure(redis?.commands.median ?? NaN),
        figure(redis?.scripts.median ?? NaN),
        figure(redis?.reads.median ?? NaN),
        figure(1000 * (redis?.cpuMs.median ?? NaN)),
      ]),
  );

const section = (
  title: string,
  what: string,
  head: readonly string[],
  lines: readonly (readonly string[])[],
): string[] => (lines.length === 0 ? [] : [`## ${title}`, '', what, '', ...table(head, lines), '']);
