import { freePort } from '../scripts/support/free-port.ts';
import { startRedisProcess } from '../scripts/support/redis-process.ts';

/** A Redis of the benchmark's own. */
export async function startRedis(
  program: string,
): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const port = await freePort();
  return { url: `redis://127.0.0.1:${port}`, ...(await startRedisProcess(program, port)) };
}
