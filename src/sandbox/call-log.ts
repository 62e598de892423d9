import type { SandboxCall } from './sandbox-call.ts';

const maxCalls = 10_000;
// A full log drops many calls at once, to keep that cost off the hot path.
const droppedAtOnce = 1000;

interface Waiter {
  readonly api: string;
  readonly count: number;
  readonly resolve: () => void;
}

/** The calls that arrived, oldest first. */
export interface CallLog {
  readonly calls: readonly SandboxCall[];
  add(call: SandboxCall): void;
  waitFor(api: string, count: number): Promise<void>;
  clear(): void;
}

/** An empty call log of at most the latest 10,000 calls. */
export function createCallLog(): CallLog {
  const calls: SandboxCall[] = [];
  // Counted separately, because the log drops old calls.
  const arrived = new Map<string, number>();
  let waiters: Waiter[] = [];

  return {
    calls,
    add(call) {
      if (calls.length === maxCalls) calls.splice(0, droppedAtOnce);
      calls.push(call);
      const count = (arrived.get(call.api) ?? 0) + 1;
      arrived.set(call.api, count);
      if (waiters.length === 0) return;
      const isDue = (waiter: Waiter): boolean => waiter.api === call.api && waiter.count <= count;
      const due = waiters.filter(isDue);
      waiters = waiters.filter((waiter) => !isDue(waiter));
      for (const waiter of due) waiter.resolve();
    },
    async waitFor(api, count) {
      if ((arrived.get(api) ?? 0) >= count) return;
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
