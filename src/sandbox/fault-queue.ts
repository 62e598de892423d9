import type { Fault } from './fault.ts';
import type { SandboxApi } from './sandbox-call.ts';

/** The faults that wait for calls, in order for each API. */
export interface FaultQueue {
  add(api: SandboxApi, fault: Fault, times: number): void;
  take(api: SandboxApi): Fault | undefined;
  clear(): void;
}

/** An empty queue of faults; one added for `Infinity` times stays at its head until cleared. */
export function createFaultQueue(): FaultQueue {
  const queues = new Map<SandboxApi, { fault: Fault; left: number }[]>();

  return {
    add(api, fault, times) {
      if (times <= 0) {
        return;
      }
      const queue = queues.get(api) ?? [];
      queue.push({ fault, left: times });
      queues.set(api, queue);
    },
    take(api) {
      const queue = queues.get(api);
      const head = queue?.[0];
      if (queue === undefined || head === undefined) {
        return undefined;
      }
      head.left -= 1;
      if (head.left <= 0) {
        queue.shift();
      }
      return head.fault;
    },
    clear() {
      queues.clear();
    },
  };
}
