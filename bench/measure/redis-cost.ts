import { redisCommand } from '../../scripts/support/redis-command.ts';
import { cpuSeconds } from './process-cost.ts';

/** A Redis on loopback that a target uses. */
export interface RedisAddress {
  readonly port: number;
  readonly pid: number;
}

/** What one or more Redis processes have done. */
export interface RedisCounts {
  /** Those that scripts run included. */
  readonly commands: number;
  readonly scripts: number;
  /** Packets with commands: several that are sent together count once. */
  readonly reads: number;
  readonly cpuMs: number;
}

/** Since they started; the looking itself is left out. */
export async function redisCounts(nodes: readonly RedisAddress[]): Promise<RedisCounts> {
  const infos = await Promise.all(
    nodes.map(async ({ port }) => [
      await redisCommand(port, 'INFO commandstats'),
      await redisCommand(port, 'INFO stats'),
    ]),
  );
  const text = infos.flat().join('\n');
  return {
    ...countCommands(text),
    reads: total(text.matchAll(/^total_reads_processed:(\d+)/gm)),
    cpuMs: 1000 * cpuSeconds(nodes.map(({ pid }) => pid)),
  };
}

/** What has been done between two counts, for each of `lookups`. */
export function perLookup(before: RedisCounts, after: RedisCounts, lookups: number): RedisCounts {
  const of = (name: keyof RedisCounts): number => (after[name] - before[name]) / Math.max(1, lookups);
  return { commands: of('commands'), scripts: of('scripts'), reads: of('reads'), cpuMs: of('cpuMs') };
}

const notCounted = new Set(['info', 'quit']);
const scripted = new Set(['eval', 'evalsha', 'fcall']);

/** The commands in one or more answers to `INFO commandstats`. */
export function countCommands(text: string): Pick<RedisCounts, 'commands' | 'scripts'> {
  let commands = 0;
  let scripts = 0;
  for (const [, name = '', calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (notCounted.has(name)) continue;
    commands += Number(calls);
    if (scripted.has(name)) scripts += Number(calls);
  }
  return { commands, scripts };
}

function total(matches: Iterable<RegExpMatchArray>): number {
  let sum = 0;
  for (const [, value] of matches) sum += Number(value);
  return sum;
}
