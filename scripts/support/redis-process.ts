import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The path of `redis-server`, if it is installed. */
export function findRedisServer(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => path.join(folder, 'redis-server'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface RedisProcess {
  readonly pid: number;
  readonly url: string;
  /** Kills it: all its data is lost. */
  stop(): Promise<void>;
}

/** A Redis on loopback without persistence; `args` are further settings, such as `--maxmemory 1mb`. */
export async function startRedisProcess(
  program: string,
  port: number,
  args: readonly string[] = [],
): Promise<RedisProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gateway-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn(program, [...settings, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  // Also if this process is interrupted.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (!output.includes('Ready to accept connections')) continue;
    return { pid: child.pid ?? 0, url: `redis://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`redis-server did not start: ${output}`);
}
