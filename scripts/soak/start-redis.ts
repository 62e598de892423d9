import { freePort } from '../support/free-port.ts';
import { findProgram } from '../support/find-program.ts';
import { startRedisProcess, type RedisProcess } from '../support/redis-process.ts';

/** A Redis for the soak. Throws a clear error if `redis-server` is not installed. */
export async function startRedis(): Promise<RedisProcess> {
  const program = findProgram('redis-server');
  if (program === undefined) throw new Error('--redis needs redis-server: apt-get install redis-server');
  return startRedisProcess(program, await freePort());
}
