import { access } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { goals, hasGoal, judge } from '../../bench/goals.ts';
import type { Cell } from '../../bench/measure/cell.ts';
import { markdownOf } from '../../bench/report/page.ts';
import type { Report } from '../../bench/report/report.ts';
import { targets } from '../../bench/targets.ts';
import { takesPart, workloads } from '../../bench/workloads.ts';

const cell = (workload: string, target: string, special: Partial<Cell>): Cell => ({
  round: 1,
  workload,
  target,
  operations: 10,
  seconds: 1,
  cpuMsPerOperation: 1,
  operationsPerSecond: 10,
  p50Ms: 55,
  p99Ms: 60,
  upstreamCallsPerOperation: 25,
  residentMiB: 100,
  faultCount: 0,
  faults: [],
  ...special,
});

const reportOf = (...cells: readonly Cell[]): Report => ({
  mode: 'full',
  startedAt: '',
  seconds: 1,
  machine: { node: '', cpus: 2, cpu: '' },
  rounds: 1,
  targets: targets.map(({ name, what, reference, beside }) => ({ name, what, reference, beside })),
  workloads: workloads.map(({ name, what, timed }) => ({ name, what, timed })),
  skipped: [],
  failed: [],
  memory: [],
  cells,
});

const connected = (target: string, opened: number, resumed: number, calls: number): Cell =>
  cell('W1-32', target, { connections: { opened, resumed, calls } });

/** What, measured and met, of each goal that the report can judge. */
const judged = (report: Report) =>
  judge(report).map(({ goal, measured, isMet }) => [goal.target, goal.measure, measured, isMet]);

test.each(goals)(
  '$target at $workload, $measure: such a row exists, and a page promises it',
  async (goal) => {
    const target = targets.find(({ name }) => name === goal.target)!;
    const workload = workloads.find(({ name }) => name === goal.workload);

    await access(new URL(`../../${goal.from}`, import.meta.url));
    expect(goal.workload === undefined || takesPart(target, workload!)).toBe(true);
  },
);

test('a goal is met up to its value, within one round, and missed beyond', () => {
  const report = reportOf(
    cell('W1-32', 'limit', { cpuMsPerOperation: 0.5 }),
    cell('W1-32', 'gateway-cache', { cpuMsPerOperation: 1.5 }),
    cell('W1-32', 'gateway-redis', { cpuMsPerOperation: 4.5 }),
  );

  expect(judged(report)).toEqual([
    ['gateway-cache', '× limit', 3, true],
    ['gateway-redis', '× gateway-cache', 3, false],
  ]);
});

test('one wave is judged by its time, not by its CPU', () => {
  const report = reportOf(
    cell('W2-wave', 'limit', { cpuMsPerOperation: 1 }),
    cell('W2-wave', 'gateway', { cpuMsPerOperation: 9, p50Ms: 58 }),
    cell('W2-wave', 'gateway-redis', { cpuMsPerOperation: 1, p50Ms: 105 }),
  );

  expect(judged(report)).toEqual([
    ['gateway', 'ms', 58, true],
    ['gateway-redis', 'ms', 105, false],
  ]);
});

test('connections over TLS are compared with the limit: none is as good, one more than none is worse', () => {
  const limit = connected('limit-tls', 32, 32, 1000);
  expect(judged(reportOf(limit, connected('gateway-tls', 40, 40, 1000)))).toEqual([
    ['gateway-tls', 'connections, × limit-tls', 1.25, false],
    ['gateway-tls', 'whole handshakes, × limit-tls', 0, true],
  ]);
  expect(judged(reportOf(limit, connected('gateway-tls', 16, 15, 1000)))).toEqual([
    ['gateway-tls', 'connections, × limit-tls', 0.5, true],
    ['gateway-tls', 'whole handshakes, × limit-tls', Infinity, false],
  ]);
});

test('memory is judged in megabytes', () => {
  const report = { ...reportOf(), memory: [{ target: 'gateway', idleMiB: 100, afterMiB: 300 }] };

  expect(judged(report)).toEqual([['gateway', 'MB idle', 104.8576, true]]);
});

test('a row that is judged by calls alone needs no narrow middle half', () => {
  expect(hasGoal('W3', 'gateway')).toBe(false);
  expect(hasGoal('W1-32', 'gateway')).toBe(true);
  expect(hasGoal('W1-32', 'yoga')).toBe(false);
});

test('the page has each goal beside its row, the wave, the connections and the commands of Redis', () => {
  const page = markdownOf(
    reportOf(
      cell('W1-32', 'limit-tls', { connections: { opened: 32, resumed: 31, calls: 1000 } }),
      cell('W1-32', 'gateway-cache', { cpuMsPerOperation: 2 }),
      cell('W1-32', 'gateway-redis', {
        cpuMsPerOperation: 3,
        redis: { commands: 8, scripts: 2, reads: 1.5, cpuMs: 0.04 },
      }),
      cell('W2-wave', 'gateway', { p50Ms: 58 }),
    ),
  );

  const lines = page.split('\n');
  const line = (start: string) => lines.find((each) => each.startsWith(start));
  expect(line('| W1-32 | gateway-redis | × gateway-cache')).toBe(
    '| W1-32 | gateway-redis | × gateway-cache | ≤ 2.50 | 1.50 | met | docs/decisions/0146-goal-of-each-row.md |',
  );
  expect(line('| gateway-redis | – | × gateway-cache ≤ 2.50 met | 1 |')).toBeDefined();
  expect(line('| gateway | 58.0')).toBe('| gateway | 58.0 (58.0–58.0) | 8.00 |');
  expect(line('| W1-32 | limit-tls')).toBe(
    '| W1-32 | limit-tls | 1.00 (1.00–1.00) | – | 32.0 | 31.0 | 1.00 |',
  );
  expect(line('| W1-32 | gateway-redis | 1.50')).toBe(
    '| W1-32 | gateway-redis | 1.50 (1.50–1.50) | 25.0 | 8.00 | 2.00 | 1.50 | 40.0 |',
  );
});
