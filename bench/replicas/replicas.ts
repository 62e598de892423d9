import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { findProgram } from '../../scripts/support/find-program.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { startRedisProcess } from '../../scripts/support/redis-process.ts';
import { openLoad } from '../load/run-load.ts';
import { pause } from '../measure/running-target.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { Target } from '../target.ts';
import { targets } from '../targets.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';
import { coldLookups } from '../workloads.ts';
import { fewestCalls } from './fewest-calls.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { replicasPage, type TraceResult } from './page.ts';
import { play } from './play.ts';
import { callMs, freshMs, traces, type Disturbance, type Trace } from './traces.ts';

const replicaCounts = [1, 3, 10];
const folder = fileURLToPath(new URL('../results/', import.meta.url));
/** Time for the last revalidations to reach the stand-in. */
const settleMs = 300;
/** In the first half of a trace: what comes after it belongs to the disturbance, too. */
const disturbedAfterMs = 3000;
const redisAwayMs = 500;
/** For each process, so that its code is compiled. */
const warmUpLookups = 300;

/** Measures this build, and that of `BENCH_BASELINE`; prints and saves the results, and returns the exit code. */
export async function runReplicas(): Promise<number> {
  const progress = createProgress();
  const redisProgram = findProgram('redis-server');
  if (redisProgram === undefined) {
    console.error('Replicas share a Redis: install redis-server (Debian: apt-get install redis-server).');
    return 1;
  }
  const builds = targets.filter(({ name }) => name === 'gateway-cache' || name === 'baseline-cache');
  progress.say(
    `${builds.map(({ name }) => name).join(' and ')} with ${replicaCounts.join(', ')} replicas: under three minutes each`,
  );

  await using started = new AsyncDisposableStack();
  const upstream = await startUpstream();
  started.defer(() => upstream.stop());
  const results: TraceResult[] = [];
  for (const build of builds) {
    results.push(...(await measureBuild(build, redisProgram, upstream, progress)));
  }
  progress.clear();

  const page = await format(replicasPage(results), { parser: 'markdown' });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}replicas.json`, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(`${folder}replicas.md`, page);
  console.log(page);
  const wrong = results.filter(({ faultCount }) => faultCount > 0);
  for (const { build, replicas, trace, faultCount, faults } of wrong) {
    console.error(
      `WRONG: ${build}, ${replicas} replicas, ${trace}: ${faultCount} answers. ${faults[0] ?? ''}`,
    );
  }
  return wrong.length === 0 ? 0 : 1;
}

async function measureBuild(
  build: Target,
  redisProgram: string,
  upstream: Upstream,
  progress: Progress,
): Promise<TraceResult[]> {
  const port = await freePort();
  let redis = await startRedisProcess(redisProgram, port);
  await using started = new AsyncDisposableStack();
  started.defer(() => redis.stop());
  const target: Target = {
    ...build,
    environment: (surroundings) => ({
      ...build.environment(surroundings),
      CACHE_TTL_MS: String(freshMs),
      CACHE_STALE_MS: '3600000',
      UPSTREAM_TIMEOUT_MS: '5000',
      REDIS_URL: surroundings.redisUrl,
    }),
  };
  const surroundings = { port: 0, upstreamUrl: upstream.url, redisUrl: redis.url, folder: '' };
  const fleet = started.use(createFleet(target, surroundings));

  const disturb: Record<Disturbance, () => Promise<void>> = {
    'kill a replica': () => fleet.replaceFirst(),
    async 'restart Redis'() {
      await redis.stop();
      await pause(redisAwayMs);
      redis = await startRedisProcess(redisProgram, port);
    },
  };

  const results: TraceResult[] = [];
  for (const replicas of replicaCounts) {
    progress.show(`${build.name}: ${replicas} replicas`);
    await fleet.growTo(replicas);
    await warmUp(fleet, upstream);
    for (const [at, trace] of traces.entries()) {
      progress.show(`${build.name}: ${replicas} replicas, ${trace.name}`);
      const disturbance = trace.disturbance && disturb[trace.disturbance];
      const seed = replicas * traces.length + at;
      results.push({
        build: build.name,
        replicas,
        ...(await measureTrace({ trace, seed, fleet, upstream, disturbance })),
      });
    }
  }
  return results;
}

async function warmUp({ replicas }: Fleet, upstream: Upstream): Promise<void> {
  await upstream.begin(0);
  const workload = coldLookups(32);
  const source = workload.source(`warm-up.${replicas.length}`);
  let left = warmUpLookups * replicas.length;
  using load = await openLoad({
    ports: replicas.map(({ port }) => port),
    dialect: 'graphql',
    concurrency: workload.concurrency,
    lookupsPerOperation: workload.lookupsPerOperation,
    isRefused: () => false,
  });
  await load.run(() => {
    left -= 1;
    return left < 0 ? undefined : source();
  });
}

interface TraceOptions {
  readonly trace: Trace;
  readonly seed: number;
  readonly fleet: Fleet;
  readonly upstream: Upstream;
  readonly disturbance: (() => Promise<void>) | undefined;
}

async function measureTrace(options: TraceOptions): Promise<Omit<TraceResult, 'build' | 'replicas'>> {
  const { trace, seed, fleet, upstream, disturbance } = options;
  await pause(settleMs);
  await fleet.newRedisFailures();
  await upstream.begin(callMs);
  const disturbed = disturbance && pause(disturbedAfterMs).then(disturbance);
  const { asked, lost, faultCount, faults } = await play(trace.requests(seed), fleet.replicas);
  await disturbed;
  await pause(settleMs);
  const { calls, foreign } = await upstream.counts();
  return {
    trace: trace.name,
    goal: trace.goal,
    requests: asked.length,
    lost,
    calls,
    fewest: fewestCalls(asked, { freshMs, callMs }),
    redisFailures: await fleet.newRedisFailures(),
    faultCount: faultCount + foreign,
    faults: foreign > 0 ? [...faults, `${foreign} calls on behalf of another viewer`] : faults,
  };
}
