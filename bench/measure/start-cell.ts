import type { Surroundings, Target } from '../target.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Workload } from '../workload.ts';
import type { Cell } from './cell.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { cpuSeconds, residentMiB } from './process-cost.ts';
import { pause, startTarget } from './running-target.ts';

/** Time for the memory to settle without requests. */
const idleAfterMs = 100;

export interface StartCellOptions {
  readonly target: Target;
  readonly workload: Workload;
  readonly upstream: Upstream;
  readonly surroundings: Surroundings;
  readonly round: number;
}

/** Starts a second process of a target, beside the one of the other turns, and ends it. */
export async function measureStart(options: StartCellOptions): Promise<Cell> {
  const { target, workload, upstream, surroundings, round } = options;
  await upstream.begin(workload.latencyMs);
  const { child, startSeconds } = await startTarget(target, { ...surroundings, port: await freePort() });
  const cpu = cpuSeconds([child.pid]);
  const { calls } = await upstream.counts();
  await pause(idleAfterMs);
  const idleMiB = residentMiB([child.pid]);
  await child.kill();
  return {
    round,
    workload: workload.name,
    target: target.name,
    operations: 1,
    seconds: startSeconds,
    cpuMsPerOperation: cpu * 1000,
    operationsPerSecond: 1 / startSeconds,
    p50Ms: startSeconds * 1000,
    p99Ms: startSeconds * 1000,
    upstreamCallsPerOperation: calls,
    residentMiB: idleMiB,
    faultCount: 0,
    faults: [],
  };
}
