import { openLoad, type Load, type LoadResult } from '../load/run-load.ts';
import type { Operation } from '../load/operation.ts';
import { quantile } from '../statistics.ts';
import type { ConnectionCounts } from '../upstream/messages.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Workload } from '../workload.ts';
import { isRefused } from '../workloads.ts';
import { cpuSeconds, residentMiB } from './process-cost.ts';
import { perLookup, redisCounts, type RedisAddress, type RedisCounts } from './redis-cost.ts';
import type { RunningTarget } from './running-target.ts';

/** One turn of one target at one workload. */
export interface Cell {
  readonly round: number;
  readonly workload: string;
  readonly target: string;
  readonly operations: number;
  readonly seconds: number;
  /** User and system time of all threads of the target; for a start, until its first right answer. */
  readonly cpuMsPerOperation: number;
  readonly operationsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly upstreamCallsPerOperation: number;
  /** Of a thousand lookups right before the turn, after the upstream had closed all connections over TLS. */
  readonly connections?: ConnectionCounts & { readonly calls: number };
  /** What the target's Redis did, for each lookup. */
  readonly redis?: RedisCounts;
  readonly residentMiB: number;
  /** Wrong answers, including calls for the wrong viewer. */
  readonly faultCount: number;
  readonly faults: readonly string[];
}

export interface CellOptions {
  readonly running: RunningTarget;
  readonly workload: Workload;
  readonly upstream: Upstream;
  readonly round: number;
  /** Makes the ids of this turn new. */
  readonly seed: string;
  /** The number of operations; undefined for as many as fit into `forMs`. */
  readonly operations: number | undefined;
  readonly forMs: number;
  /** The processes of the target; those of `running` unless it has more. */
  readonly pids?: readonly number[];
  /** Its ports, if there are several. */
  readonly ports?: readonly number[];
  /** False if the cache is already warm. */
  readonly warmUp?: boolean;
  /** The Redis of the target, if it has one: all nodes of a cluster. */
  readonly redis?: readonly RedisAddress[];
}

const warmUpAtOnce = 32;
const reconnectLookups = 1000;
/** Enough to open the connections. */
const fewOperations = 2;
/** Time for the remaining work of a target: a connection to accept, an answer to log. */
const settleMs = 15;

export async function measureCell(options: CellOptions): Promise<Cell> {
  const { running, workload, upstream, round, seed } = options;
  const { target, port } = running;
  const pids = options.pids ?? [running.child.pid];
  const how = {
    ports: options.ports ?? [port],
    dialect: target.dialect,
    isRefused,
    refusalCode: target.refusalCode,
  };
  const warmed = target.caches && options.warmUp !== false ? (workload.warmUp?.() ?? []) : [];
  await upstream.begin(workload.latencyMs);
  const warmUp = await load({ ...how, concurrency: warmUpAtOnce, lookupsPerOperation: 1 }, warmed);

  const { concurrency, lookupsPerOperation } = workload;
  using cold = await openLoad({ ...how, concurrency, lookupsPerOperation });
  await settle();
  const before = await upstream.counts();
  const reconnected = target.overTls ? await reconnect(options, cold) : undefined;
  await upstream.begin(workload.latencyMs);
  const { redis = [] } = options;
  const redisBefore = redis.length === 0 ? undefined : await redisCounts(redis);
  const cpuBefore = cpuSeconds(pids);
  const source = workload.source(seed);
  const result =
    options.operations === undefined
      ? await cold.run(source, options.forMs)
      : await cold.run(atMost(options.operations, source));
  await settle();
  const cpu = cpuSeconds(pids) - cpuBefore;
  const redisAfter = redis.length === 0 ? undefined : await redisCounts(redis);
  const { calls, foreign } = await upstream.counts();

  const foreignFaults = before.foreign + (reconnected?.foreign ?? 0) + foreign;
  const { operations, seconds, latenciesMs } = result;
  const done = Math.max(1, operations);
  return {
    round,
    workload: workload.name,
    target: target.name,
    operations,
    seconds,
    cpuMsPerOperation: (cpu * 1000) / done,
    operationsPerSecond: operations / seconds,
    p50Ms: operations === 0 ? NaN : quantile(latenciesMs, 0.5),
    p99Ms: operations === 0 ? NaN : quantile(latenciesMs, 0.99),
    upstreamCallsPerOperation: calls / done,
    ...(reconnected && !workload.timed && { connections: reconnected.connections }),
    ...(redisBefore &&
      redisAfter && { redis: perLookup(redisBefore, redisAfter, done * lookupsPerOperation) }),
    residentMiB: residentMiB(pids),
    faultCount: warmUp.faultCount + (reconnected?.faultCount ?? 0) + result.faultCount + foreignFaults,
    faults: [
      ...warmUp.faults,
      ...(reconnected?.faults ?? []),
      ...result.faults,
      ...(foreignFaults > 0 ? [`${foreignFaults} calls on behalf of another viewer`] : []),
    ],
  };
}

/**
 * Closes the connections to the upstream and has them opened again before the turn: they are counted, and the CPU time of
 * the turn is that of open connections.
 */
async function reconnect({ workload, upstream, seed }: CellOptions, cold: Load) {
  await upstream.closeIdle();
  await settle();
  await upstream.begin(workload.latencyMs);
  const operations = workload.timed
    ? fewOperations
    : Math.ceil(reconnectLookups / workload.lookupsPerOperation);
  const { faultCount, faults } = await cold.run(atMost(operations, workload.source(`${seed}.reconnect`)));
  await settle();
  const { calls, foreign } = await upstream.counts();
  return { faultCount, faults, foreign, connections: { ...(await upstream.connections()), calls } };
}

async function load(
  options: Parameters<typeof openLoad>[0],
  operations: readonly Operation[],
): Promise<Pick<LoadResult, 'faultCount' | 'faults'>> {
  if (operations.length === 0) return { faultCount: 0, faults: [] };
  using opened = await openLoad(options);
  const left = operations.values();
  // Awaited here: the connections are closed with this function.
  return await opened.run(() => left.next().value);
}

function atMost(count: number, source: () => Operation): () => Operation | undefined {
  let given = 0;
  return () => {
    given += 1;
    return given > count ? undefined : source();
  };
}

const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, settleMs);
  });
