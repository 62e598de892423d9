import type { LeaseOperations } from '../../src/dingtalk/pacing/lease-operations.ts';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import type { Operation } from '../../src/redis/trip.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/** One way and back take two milliseconds. */
const oneWayMs = 1;
/** As in `redis.ts`. */
const commandMs = 50;
const pauseMs = 1000;

/** A Redis and its connections on a manual clock, with the operations of the rate limiters. */
export interface SimulatedRedis {
  connect(): SimulatedConnection;
  /** Answers nothing, and executes afterwards what came meanwhile. */
  stall(forMs: number): void;
  /** Ends all connections; new ones are refused for that long. */
  refuse(forMs: number): void;
  /** The same, and all data is lost. */
  restart(forMs: number): void;
  /** Answers everything with an error. */
  answerErrors(forMs: number): void;
  loseData(): void;
}

export interface SimulatedConnection {
  readonly operations: LeaseOperations;
  onConnection(listener: (isConnected: boolean) => void): void;
}

type Lua = (keys: readonly string[], args: readonly unknown[], nowMs: number) => unknown;

export function createSimulatedRedis(clock: ManualClock): SimulatedRedis {
  const sets = new Map<string, Map<string, number>>();
  let stalledUntilMs = -Infinity;
  let refusesUntilMs = -Infinity;
  let errorsUntilMs = -Infinity;
  let backlog: (() => void)[] = [];
  const cuts: (() => void)[] = [];

  function setAt(key: string): Map<string, number> {
    let set = sets.get(key);
    if (!set) sets.set(key, (set = new Map()));
    for (const [name, untilMs] of set) if (untilMs <= clock.nowMs()) set.delete(name);
    return set;
  }

  const takeSlot: Lua = ([key = '', replicas = ''], [slot, leaseMs, limit, , self], nowMs) => {
    const isKnown = setAt(replicas).has(String(self)) ? 1 : 0;
    const set = setAt(key);
    set.delete(String(slot));
    const untilMs = [...set.values()].toSorted((one, other) => one - other);
    if (set.size < Number(limit)) {
      set.set(String(slot), nowMs + Number(leaseMs));
      return [set.size - Number(limit), isKnown];
    }
    return [Math.min(1000, Math.ceil((untilMs[set.size - Number(limit)] ?? 0) - nowMs)), isKnown];
  };
  const releaseSlot: Lua = ([key = ''], [slot, isSent], nowMs) => {
    if (setAt(key).delete(String(slot)) && isSent === 1) setAt(key).set(String(slot), nowMs + 1001);
    return 1;
  };
  const countReplicas: Lua = ([key = ''], [self, leaseMs, , sinceMs], nowMs) => {
    const set = setAt(key);
    const wasKnown = set.has(String(self)) ? 1 : 0;
    set.set(String(self), nowMs + Number(leaseMs));
    const since = [...set.values()].filter((untilMs) => untilMs >= Number(sinceMs) + Number(leaseMs));
    return [nowMs, wasKnown, set.size, since.length];
  };
  const leaveReplicas: Lua = ([key = ''], [self]) => (setAt(key).delete(String(self)) ? 1 : 1);

  function cutAll(): void {
    for (const cut of cuts) cut();
  }

  function connect(): SimulatedConnection {
    const listeners: ((isConnected: boolean) => void)[] = [];
    let epoch = 1;
    let isConnected = true;
    let attempts = 0;
    let pausedUntilMs = -Infinity;
    const pending = new Set<(error: Error) => void>();

    function tryAgain(): void {
      attempts += 1;
      clock.after(Math.min(50 * 2 ** attempts, 2000), () => {
        if (clock.nowMs() < Math.max(refusesUntilMs, stalledUntilMs)) {
          for (const listener of listeners) listener(false);
          tryAgain();
          return;
        }
        attempts = 0;
        isConnected = true;
        for (const listener of listeners) listener(true);
      });
    }
    cuts.push(() => {
      if (!isConnected) return;
      isConnected = false;
      epoch += 1;
      for (const fail of pending) fail(new RedisUnavailableError('disconnected'));
      for (const listener of listeners) listener(false);
      tryAgain();
    });

    const operation =
      (lua: Lua): Operation =>
      async (keys, args, { insists = false } = {}) => {
        if (!insists && clock.nowMs() < pausedUntilMs) throw new RedisUnavailableError('resting');
        if (!isConnected) throw new RedisUnavailableError('disconnected');
        const sentIn = epoch;
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        pending.add(reject);
        const cancel = clock.after(commandMs, () => {
          pausedUntilMs = clock.nowMs() + pauseMs;
          reject(new RedisUnavailableError('late'));
        });
        const execute = (): void => {
          if (epoch !== sentIn) return;
          const isRefused = clock.nowMs() < errorsUntilMs;
          const reply = isRefused ? undefined : lua(keys, args, Math.floor(clock.nowMs()));
          clock.after(oneWayMs, () => {
            if (epoch !== sentIn) return;
            if (isRefused) reject(new RedisUnavailableError('refused'));
            else resolve(reply);
          });
        };
        clock.after(oneWayMs, () => {
          if (clock.nowMs() < stalledUntilMs) backlog.push(execute);
          else execute();
        });
        try {
          return await promise;
        } finally {
          cancel();
          pending.delete(reject);
        }
      };
    return {
      operations: {
        takeSlot: operation(takeSlot),
        releaseSlot: operation(releaseSlot),
        countReplicas: operation(countReplicas),
        leaveReplicas: operation(leaveReplicas),
      },
      onConnection: (listener) => void listeners.push(listener),
    };
  }

  return {
    connect,
    stall(forMs) {
      stalledUntilMs = clock.nowMs() + forMs;
      clock.after(forMs, () => {
        if (clock.nowMs() < stalledUntilMs) return;
        for (const execute of backlog.splice(0)) execute();
      });
    },
    refuse(forMs) {
      refusesUntilMs = clock.nowMs() + forMs;
      cutAll();
    },
    restart(forMs) {
      refusesUntilMs = clock.nowMs() + forMs;
      sets.clear();
      backlog = [];
      stalledUntilMs = -Infinity;
      cutAll();
    },
    answerErrors(forMs) {
      errorsUntilMs = clock.nowMs() + forMs;
    },
    loseData: () => sets.clear(),
  };
}
