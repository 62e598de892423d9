import { mkdtemp, rm } from 'node:fs/promises';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from './measure/child.ts';
import { connect } from './load/connection.ts';
import { freePort } from './measure/free-port.ts';
import { pause } from './measure/running-target.ts';

const startWithinMs = 10_000;

/** Where `redis-server` is installed, if it is. */
export function findRedis(): string | undefined {
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

/** A Redis of the benchmark's own that keeps nothing on disk. */
export async function startRedis(
  program: string,
): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-redis-'));
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = startChild(program, settings);
  const deadlineMs = performance.now() + startWithinMs;
  while (!(await listens(port))) {
    if (child.ended || performance.now() > deadlineMs)
      throw new Error(`redis-server did not start: ${child.complaints()}`);
    await pause(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await connect(port)).close();
    return true;
  } catch {
    return false;
  }
}
