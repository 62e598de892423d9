import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { freePort } from '../../scripts/support/free-port.ts';
import { startTarget } from '../measure/running-target.ts';
import { warmUp } from '../measure/warm-up.ts';
import { createProgress } from '../progress.ts';
import { findProgram } from '../../scripts/support/find-program.ts';
import { startRedisProcess } from '../../scripts/support/redis-process.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { limit as limitTarget, targets } from '../targets.ts';
import { startUpstream } from '../upstream/upstream.ts';
import { measurePoint, type PointResult } from './measure-point.ts';
import { scalePage } from './page.ts';
import { points, ticketFile } from './points.ts';

const warmUpMs = 10_000;
const folder = fileURLToPath(new URL('../results/', import.meta.url));

/** Measures every arrangement, prints and saves the results; returns the exit code. */
export async function runScale(): Promise<number> {
  const progress = createProgress();
  const gateway = targets.find(({ name }) => name === 'gateway-cache');
  if (gateway === undefined) throw new Error('there is no gateway to measure');
  const redisProgram = findProgram('redis-server');
  if (redisProgram === undefined) {
    progress.say(
      'Left out: everything on Redis, as redis-server is not installed (Debian: apt-get install redis-server)',
    );
  }
  const possible = points.filter(({ redis }) => !redis || redisProgram !== undefined);
  progress.say(`${possible.length} arrangements: under fifteen minutes`);

  await using started = new AsyncDisposableStack();
  const upstream = await startUpstream();
  started.defer(() => upstream.stop());
  const redis =
    redisProgram === undefined ? undefined : await startRedisProcess(redisProgram, await freePort());
  started.defer(async () => redis?.stop());
  const suite = await mkdtemp(path.join(tmpdir(), 'bench-scale-'));
  started.defer(() => rm(suite, { recursive: true, force: true }));
  await writeFile(path.join(suite, ticketFile), sandboxCredentials.suiteTicket);
  const surroundings = { port: 0, upstreamUrl: upstream.url, redisUrl: redis?.url ?? '', folder: suite };
  const limit = await startTarget(limitTarget, { ...surroundings, port: await freePort() });
  started.defer(() => limit.child.stop());
  await warmUp(limit, warmUpMs);

  const results: PointResult[] = [];
  for (const point of possible) {
    progress.show(`${point.group}: ${point.name}`);
    results.push(await measurePoint(point, { gateway, limit, upstream, surroundings }));
  }
  progress.clear();

  const page = await format(scalePage(results), { parser: 'markdown' });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}scale.json`, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(`${folder}scale.md`, page);
  console.log(page);
  const faults = results.flatMap(({ point, cold, hot }) =>
    [...cold.faults, ...hot.faults].map((fault) => `WRONG: ${point.name}: ${fault}`),
  );
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}
