import type { Fault } from './fault.ts';

/** The faults queued for the next calls, by API. */
export interface FaultQueue {
  add(api: string, fault: Fault, times: number): void;
  take(api: string): Fault | undefined;
  clear(): void;
}

/** An empty queue. A fault added for `Infinity` times stays at its head until `clear`. */
export function createFaultQueue(): FaultQueue {
  const queues = new Map<string, { fault: Fault; left: number }[]>();

  return {
    add(api, fault, times) {
      if (times <= 0) return;
      const queue = queues.get(api) ?? [];
      queue.push({ fault, left: times });
      queues.set(api, queue);
    },
    take(api) {
      const queue = queues.get(api);
      const head = queue?.[0];
      if (queue === undefined || head === undefined) return undefined;
      head.left -= 1;
      if (head.left <= 0) queue.shift();
      return head.fault;
    },
    clear() {
      queues.clear();
    },
  };
}
