import { table } from '../report/markdown.ts';
import { callMs, freshMs, traces, type Trace } from './traces.ts';

/** The calls of one build at one trace. */
export interface TraceResult {
  readonly build: string;
  readonly replicas: number;
  readonly trace: string;
  readonly goal: number | undefined;
  readonly requests: number;
  readonly lost: number;
  readonly calls: number;
  readonly fewest: number;
  readonly redisFailures: number;
  readonly faultCount: number;
  readonly faults: readonly string[];
}

/** The calls over the fewest possible, as a page of Markdown. */
export function replicasPage(results: readonly TraceResult[]): string {
  const builds = [...new Set(results.map(({ build }) => build))];
  return [
    '# Calls to DingTalk over the fewest that the freshness promise allows',
    '',
    `Replicas on one Redis, each request to a random one of them, entries fresh for ${freshMs} ms and stale for long, ${callMs} ms a call. The fewest calls are those of one ideal process that is asked at the same times.`,
    '',
    ...builds.flatMap((build) => section(build, results)),
    '"Lost" are requests that a killed process held. "Redis failures" are commands without an answer within 50 ms: without it each process calls for itself, so a goal that is missed beside many of them says that the machine was busy.',
    '',
    ...traces.map(({ name, what }: Trace) => `- ${name}: ${what}`),
    '',
  ].join('\n');
}

const section = (build: string, results: readonly TraceResult[]): string[] => [
  `## ${build}`,
  '',
  ...table(
    ['replicas', 'trace', 'requests', 'lost', 'calls', 'fewest', 'ratio', 'goal', '', 'Redis failures'],
    results.filter((result) => result.build === build).map(row),
  ),
  '',
];

function row(result: TraceResult): string[] {
  const { replicas, trace, requests, lost, calls, fewest, goal, redisFailures } = result;
  const ratio = calls / fewest;
  return [
    String(replicas),
    trace,
    String(requests),
    String(lost),
    String(calls),
    String(fewest),
    ratio.toFixed(3),
    goal === undefined ? '–' : `≤ ${goal}`,
    goal === undefined ? '' : ratio <= goal ? 'met' : 'missed',
    String(redisFailures),
  ];
}
