import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { supervised } from './supervised.ts';

export interface RedisProcess {
  readonly pid: number;
  readonly url: string;
  /** Kills it: all its data is lost. */
  stop(): Promise<void>;
}

/** A Redis (or Valkey) on loopback without persistence; `args` are further settings, such as `--maxmemory 1mb`. */
export async function startRedisProcess(
  program: string,
  port: number,
  args: readonly string[] = [],
): Promise<RedisProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn(program, [...settings, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { stop } = supervised(child, folder);
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (!output.includes('Ready to accept connections')) continue;
    return { pid: child.pid ?? 0, url: `redis://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`${program} did not start: ${output}`);
}
