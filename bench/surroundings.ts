import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findProgram } from '../scripts/support/find-program.ts';
import { freePort } from '../scripts/support/free-port.ts';
import { startRedisClusterProcess } from '../scripts/support/redis-cluster-process.ts';
import { startRedisProcess } from '../scripts/support/redis-process.ts';
import { selfSigned } from '../test/support/self-signed.ts';
import type { RedisAddress } from './measure/redis-cost.ts';
import type { Surroundings, Target } from './target.ts';
import { startUpstream, type Upstream } from './upstream/upstream.ts';

const redisProgram = findProgram('redis-server');

/** Why a target cannot run on this machine; undefined if it can. */
export const missingFor = ({ needsRedis, needsCluster }: Target): string | undefined =>
  (needsRedis || needsCluster) && redisProgram === undefined
    ? 'redis-server is not installed (Debian: apt-get install redis-server)'
    : undefined;

/** What the targets need around them. Its end stops all of it. */
export interface RunningSurroundings extends AsyncDisposable {
  readonly upstream: Upstream;
  /** Of all targets; each has a port of its own. */
  readonly surroundings: Surroundings;
  /** The Redis that a target uses: all nodes of a cluster. */
  redisOf(target: Target): readonly RedisAddress[];
}

/** Starts the stand-in, and Redis and its cluster where one of the targets needs them. */
export async function startSurroundings(targets: readonly Target[]): Promise<RunningSurroundings> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const certificateFile = path.join(folder, 'upstream.pem');
  await writeFile(certificateFile, selfSigned.cert);
  const upstream = await startUpstream();
  started.defer(() => upstream.stop());

  const program = redisProgram ?? 'redis-server';
  const port = await freePort();
  const redis = targets.some(({ needsRedis }) => needsRedis)
    ? await startRedisProcess(program, port)
    : undefined;
  started.defer(async () => redis?.stop());
  const cluster = targets.some(({ needsCluster }) => needsCluster)
    ? await startRedisClusterProcess(program)
    : undefined;
  started.defer(async () => cluster?.stop());

  const running = started.move();
  return {
    upstream,
    surroundings: {
      port: 0,
      upstreamUrl: upstream.url,
      tls: { url: upstream.tlsUrl, certificateFile },
      redisUrl: redis?.url ?? '',
      clusterUrl: cluster?.url ?? '',
      folder,
    },
    redisOf({ needsRedis, needsCluster }) {
      if (needsCluster) return cluster?.nodes ?? [];
      return needsRedis && redis !== undefined ? [{ port, pid: redis.pid }] : [];
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
