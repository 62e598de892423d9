import type { SandboxApi, SandboxCall } from './sandbox-call.ts';

const MAX_CALLS = 10_000;
// Dropping in lots keeps the cost of a full log off the hot path.
const DROPPED_AT_ONCE = 1_000;

interface Waiter {
  readonly api: SandboxApi;
  readonly count: number;
  readonly resolve: () => void;
}

/** The calls that arrived, oldest first. */
export interface CallLog {
  readonly calls: readonly SandboxCall[];
  add(call: SandboxCall): void;
  waitFor(api: SandboxApi, count: number): Promise<void>;
  clear(): void;
}

/** An empty call log that never holds more than the latest 10,000 calls. */
export function createCallLog(): CallLog {
  const calls: SandboxCall[] = [];
  // Counted apart, so that waiting stays right when old calls have been dropped.
  const arrived = new Map<SandboxApi, number>();
  let waiters: Waiter[] = [];

  return {
    calls,
    add(call) {
      if (calls.length === MAX_CALLS) {
        calls.splice(0, DROPPED_AT_ONCE);
      }
      calls.push(call);
      const count = (arrived.get(call.api) ?? 0) + 1;
      arrived.set(call.api, count);
      if (waiters.length === 0) {
        return;
      }
      const isDue = (waiter: Waiter): boolean => waiter.api === call.api && waiter.count <= count;
      const due = waiters.filter(isDue);
      waiters = waiters.filter((waiter) => !isDue(waiter));
      for (const waiter of due) {
        waiter.resolve();
      }
    },
    async waitFor(api, count) {
      if ((arrived.get(api) ?? 0) >= count) {
        return;
      }
      await new Promise<void>((resolve) => {
        waiters.push({ api, count, resolve });
      });
    },
    clear() {
      calls.length = 0;
      arrived.clear();
    },
  };
}
