import { freePort } from '../support/free-port.ts';
import { findRedisServer, startRedisProcess } from '../support/redis-process.ts';

/** A Redis for the time of the soak. Throws a clear error where `redis-server` is not installed. */
export async function startRedis(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const program = findRedisServer();
  if (program === undefined) throw new Error('--redis needs redis-server: apt-get install redis-server');
  const port = await freePort();
  const { stop } = await startRedisProcess(program, port);
  return { url: `redis://127.0.0.1:${port}`, stop };
}
