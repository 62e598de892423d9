import { figure, table } from '../report/markdown.ts';
import type { PointResult } from './measure-point.ts';

const titles = {
  'one port': 'Processes behind one port (`node:cluster`)',
  replicas: 'Replicas',
  ids: 'Distinct ids, of twenty viewers',
  viewers: 'Viewers, of ten thousand ids',
  organizations: 'Organizations of a third-party application, of a thousand viewers and ten thousand ids',
};

const head = [
  '',
  'CPU ms, cold',
  '× limit',
  'lookups/s',
  'CPU ms, hot',
  '× limit',
  'lookups/s',
  'calls a cold lookup',
  'calls a hot one',
  'MiB idle',
  'MiB after',
  'MiB a process',
];

/** The growth of the cost, as a page of Markdown. */
export function scalePage(results: readonly PointResult[]): string {
  return [
    '# CPU per lookup as processes, ids and viewers grow',
    '',
    'User and system time of all processes of the gateway together, that of Redis left out; 32 lookups at once (8 for replicas and organizations), first each id once, then ten thousand of them again. The limit is measured right before each row.',
    '',
    ...Object.entries(titles).flatMap(([group, title]) => {
      const rows = results.filter(({ point }) => point.group === group).map(row);
      return rows.length === 0 ? [] : section(title, rows);
    }),
  ].join('\n');
}

const section = (title: string, rows: readonly string[][]): string[] => [
  `## ${title}`,
  '',
  ...table(head, rows),
  '',
];

const row = (result: PointResult): string[] => {
  const { point, cold, hot } = result;
  return [
    point.name,
    figure(cold.cpuMsPerOperation),
    figure(result.coldRatio),
    figure(cold.operationsPerSecond),
    figure(hot.cpuMsPerOperation),
    figure(result.hotRatio),
    figure(hot.operationsPerSecond),
    figure(cold.upstreamCallsPerOperation),
    figure(hot.upstreamCallsPerOperation),
    result.idleMiB.toFixed(0),
    result.afterMiB.toFixed(0),
    (result.afterMiB / result.processes).toFixed(0),
  ];
};
