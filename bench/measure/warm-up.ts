import { openLoad } from '../load/run-load.ts';
import type { Workload } from '../workload.ts';
import { coldLookups, fiftyAliases, hotLookups, isRefused } from '../workloads.ts';
import type { RunningTarget } from './running-target.ts';

/** A mix of the other workloads: many lookups at once, new ones, and cached ones if the target has a cache. */
const always: readonly Workload[] = [fiftyAliases(0), coldLookups(32), hotLookups];

/**
 * Runs the target until its code is compiled, as in any process that has run for a while. The time is fixed: on a
 * busy machine a single measurement of the cost is too noisy to decide when to stop. `more` runs other code than the mix.
 */
export async function warmUp(
  { target, port }: RunningTarget,
  forMs: number,
  more: readonly Workload[] = [],
): Promise<void> {
  const workloads = [...always, ...more.filter(({ suits }) => suits(target))];
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
