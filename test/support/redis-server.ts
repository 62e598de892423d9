import { afterAll, test } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { findProgram } from '../../scripts/support/find-program.ts';
import { startRedisProcess } from '../../scripts/support/redis-process.ts';

const program = findProgram('redis-server');

if (program === undefined) {
  console.warn('Tests with Redis are skipped: install redis-server (Debian: apt-get install redis-server).');
}

/** A test that needs a real Redis: skipped with a message if `redis-server` is not installed. */
export const testWithRedis = program === undefined ? test.skip : test;

/** Servers still running, for tests that timed out before they could stop them. */
const running = new Set<() => Promise<void>>();
afterAll(async () => {
  await Promise.all([...running].map((stop) => stop()));
});

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Kills it: all its data is lost. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** A separate Redis for one test, without persistence; `args` are further settings, such as `--maxmemory 1mb`. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  let stopRunning: (() => Promise<void>) | undefined;

  async function start(): Promise<void> {
    const child = await startRedisProcess(program ?? 'redis-server', port, args);
    const stopThis = async (): Promise<void> => {
      running.delete(stopThis);
      await child.stop();
    };
    running.add(stopThis);
    stopRunning = stopThis;
  }
  async function stop(): Promise<void> {
    await stopRunning?.();
    stopRunning = undefined;
  }

  await start();
  return { url: `redis://127.0.0.1:${port}`, start, stop, [Symbol.asyncDispose]: stop };
}
