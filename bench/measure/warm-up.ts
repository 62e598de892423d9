import { openLoad } from '../load/run-load.ts';
import { coldLookups, fiftyAliases, isRefused } from '../workloads.ts';
import type { RunningTarget } from './running-target.ts';

const workloads = [coldLookups(32), fiftyAliases(0)];

/** How long each target is warmed up. */
export const warmUpMs = 3000;

/** Lets the target's code be compiled, as it is in any process that has run for a while. */
export async function warmUp({ target, port }: RunningTarget): Promise<void> {
  for (const { name, concurrency, lookupsPerOperation, source } of workloads) {
    const requestsPerOperation = target.dialect === 'rest' ? lookupsPerOperation : 1;
    const { dialect } = target;
    using load = await openLoad({ ports: [port], dialect, concurrency, requestsPerOperation, isRefused });
    await load.run(source(`warm-up.${name}.${target.name}`), warmUpMs / workloads.length);
  }
}
