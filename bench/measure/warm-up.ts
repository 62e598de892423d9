import { openLoad } from '../load/run-load.ts';
import { coldLookups, fiftyAliases, hotLookups, isRefused } from '../workloads.ts';
import type { RunningTarget } from './running-target.ts';

/** What the other workloads are made of: many lookups at once, new ones, and known ones where a target keeps answers. */
const workloads = [fiftyAliases(0), coldLookups(32), hotLookups];

/**
 * Lets the target's code be compiled, as it is in any process that has run for a while. For a given time, not until
 * its cost no longer falls: on a busy machine one look at the cost is as good as chance.
 */
export async function warmUp({ target, port }: RunningTarget, forMs: number): Promise<void> {
  for (const workload of workloads) {
    using load = await openLoad({
      ports: [port],
      dialect: target.dialect,
      concurrency: workload.concurrency,
      lookupsPerOperation: workload.lookupsPerOperation,
      isRefused,
    });
    await load.run(workload.source(`warm-up.${workload.name}.${target.name}`), forMs / workloads.length);
  }
}
