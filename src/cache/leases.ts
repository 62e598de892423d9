import type { Clock } from '../async/clock.ts';
import type { Trip } from '../redis/trip.ts';

/** How long a replica that died still keeps the others from asking. */
export const leaseMs = 2000;
/** A call is usually over by then. */
const prolongEveryMs = 500;

/** A replica's right to ask DingTalk for one entry, while the others wait for its answer. */
export interface Lease {
  /** No other lease has it. */
  readonly id: string;
  /** One for each name that the entry may have. */
  readonly keys: readonly string[];
}

/** The leases that this process holds. They end two seconds after it has died. */
export interface Leases {
  /** Prolongs a lease until it is given back. */
  hold(lease: Lease): void;
  /** Ends it here; Redis forgets it with the entry that is stored, or by {@link giveBack}. */
  release(lease: Lease): void;
  /** Lets another replica ask: there is nothing to store. */
  giveBack(lease: Lease): void;
}

const ownLua = `for i = 1, #keys do
  if get(keys[i]) == args[1] then`;

export function createLeases(trip: Trip, clock: Clock): Leases {
  const prolong = trip.define(
    'prolongLease',
    `${ownLua} redis.call('PEXPIRE', keys[i], args[2]) end\nend\nreturn 1`,
  );
  const giveBack = trip.define('giveBackLease', `${ownLua} redis.call('DEL', keys[i]) end\nend\nreturn 1`);
  const held = new Map<Lease, number>();
  let isWaiting = false;

  function prolongAll(): void {
    isWaiting = false;
    const nowMs = clock.nowMs();
    for (const [lease, sinceMs] of held) {
      if (nowMs - sinceMs < prolongEveryMs) continue;
      // Best effort: without Redis the others ask for themselves.
      prolong(lease.keys, [lease.id, leaseMs], { insists: true }).catch(() => undefined);
    }
    waitToProlong();
  }

  function waitToProlong(): void {
    if (isWaiting || held.size === 0) return;
    isWaiting = true;
    clock.after(prolongEveryMs, prolongAll);
  }

  return {
    hold(lease) {
      held.set(lease, clock.nowMs());
      waitToProlong();
    },
    release: (lease) => void held.delete(lease),
    giveBack(lease) {
      held.delete(lease);
      giveBack(lease.keys, [lease.id], { insists: true }).catch(() => undefined);
    },
  };
}
