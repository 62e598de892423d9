import { performance } from 'node:perf_hooks';

/** Tells the share of the time since it was last called, 0 to 1, in which the event loop had something to do. */
export function createBusyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
