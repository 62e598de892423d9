import { measureCell, type Cell } from '../measure/cell.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { residentMiB } from '../measure/process-cost.ts';
import { pause, startTarget, type RunningTarget } from '../measure/running-target.ts';
import type { Surroundings, Target } from '../target.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Workload } from '../workload.ts';
import { coldLookups } from '../workloads.ts';
import { withWorkers } from './children.ts';
import { targetOf, type Point } from './points.ts';
import { workloadsOf } from './workloads.ts';

/** The cost of a lookup in an arrangement, cold and hot. */
export interface PointResult {
  readonly point: Point;
  readonly cold: Cell;
  readonly hot: Cell;
  /** CPU per lookup, over that of the limit measured right before. */
  readonly coldRatio: number;
  readonly hotRatio: number;
  readonly idleMiB: number;
  readonly afterMiB: number;
  /** Of the gateway, each worker on its own. */
  readonly processes: number;
}

export interface PointSurroundings {
  readonly gateway: Target;
  readonly limit: RunningTarget;
  readonly upstream: Upstream;
  readonly surroundings: Surroundings;
}

const limitForMs = 1000;
const warmUpLookups = 3000;
/** Of all processes together: ten of them share two cores. */
const mostWarmUpLookups = 12_000;
const allWorkersUpMs = 1500;
const afterMs = 500;
let seed = 0;

export async function measurePoint(point: Point, around: PointSurroundings): Promise<PointResult> {
  const { gateway, limit, upstream, surroundings } = around;
  seed += 1;
  await using started = new AsyncDisposableStack();
  const replicas: RunningTarget[] = [];
  for (let count = 0; count < point.replicas; count += 1) {
    const one = await startTarget(targetOf(point, gateway), { ...surroundings, port: await freePort() });
    started.defer(() => one.child.stop());
    replicas.push(one);
  }
  const [running] = replicas;
  if (running === undefined) throw new Error('an arrangement has one process at least');
  await pause(allWorkersUpMs);
  const pids = replicas.flatMap(({ child }) => withWorkers(child.pid));
  const ports = replicas.map(({ port }) => port);
  const common = { upstream, round: 1, forMs: limitForMs };
  const { cold, hot } = workloadsOf(point, seed);
  const idleMiB = residentMiB(pids);
  const warm = coldLookups(32);

  const reference = await measureCell({
    ...common,
    running: limit,
    workload: warm,
    seed: `limit.${seed}`,
    operations: undefined,
  });
  const measure = (workload: Workload): Promise<Cell> =>
    measureCell({
      ...common,
      running,
      workload,
      pids,
      ports,
      seed: `warm-up.${seed}`,
      operations: workload.operations,
    });
  // Until the code of each process is compiled, as in any that has run for a while.
  await measure({ ...warm, operations: Math.min(warmUpLookups * pids.length, mostWarmUpLookups) });
  const coldCell = await measure(cold);
  const hotCell = await measure(hot);
  await pause(afterMs);
  return {
    point,
    cold: coldCell,
    hot: hotCell,
    coldRatio: coldCell.cpuMsPerOperation / reference.cpuMsPerOperation,
    hotRatio: hotCell.cpuMsPerOperation / reference.cpuMsPerOperation,
    idleMiB,
    afterMiB: residentMiB(pids),
    processes: pids.length,
  };
}
