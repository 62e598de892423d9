import { openLoad, type Load } from '../load/run-load.ts';
import { coldLookups, fiftyAliases, hotLookups, isRefused } from '../workloads.ts';
import type { Workload } from '../workload.ts';
import { cpuSeconds } from './process-cost.ts';
import type { RunningTarget } from './running-target.ts';

/** What the other workloads are made of: many lookups at once, new ones, and known ones where a target keeps answers. */
const workloads = [fiftyAliases(0), coldLookups(32), hotLookups];
const lookMs = 600;
/** What is not cheaper by that much is as cheap as it was. */
const noticeable = 0.95;

/**
 * Lets the target's code be compiled, as it is in any process that has run for a while: until its cost no longer
 * falls, which takes a target the longer the more code it has, or until `longestMs` have passed.
 */
export async function warmUp(running: RunningTarget, longestMs: number): Promise<void> {
  for (const workload of workloads) await untilSteady(running, workload, longestMs / workloads.length);
}

async function untilSteady(
  { target, port, child }: RunningTarget,
  workload: Workload,
  longestMs: number,
): Promise<void> {
  using load: Load = await openLoad({
    ports: [port],
    dialect: target.dialect,
    concurrency: workload.concurrency,
    requestsPerOperation: target.dialect === 'rest' ? workload.lookupsPerOperation : 1,
    isRefused,
  });
  const next = workload.source(`warm-up.${workload.name}.${target.name}`);
  const startedMs = performance.now();
  let cheapest = Infinity;
  for (;;) {
    const before = cpuSeconds([child.pid]);
    const { operations } = await load.run(next, Math.min(lookMs, longestMs));
    const cost = (cpuSeconds([child.pid]) - before) / Math.max(1, operations);
    const isSteady = cost > cheapest * noticeable;
    if (isSteady || performance.now() - startedMs >= longestMs) return;
    cheapest = cost;
  }
}
