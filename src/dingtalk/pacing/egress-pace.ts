import type { Clock } from '../../async/clock.ts';

/**
 * DingTalk bans an address that makes 10,000 calls within 20 s, over all APIs and organizations. A tenth less: calls arrive
 * later than they start, some more than others.
 */
const callsOfAddressPerSecond = 450;
const secondMs = 1000;
/** Calls that waited start together, so that a thousand rate limiters do not wake up for each of them. */
const stepMs = 50;

/** Keeps the calls of all rate limiters together below the limit of the egress address. */
export interface EgressPace {
  /** The moment before which no call may start. */
  readonly freeAtMs: number;
  /** Called for each call that starts. */
  noteStart(): void;
}

/**
 * At most a second's calls at once, and then as many as become free. A `DINGTALK_QPS` above the limit of an address says
 * that there is a higher one. `replicas`: how many processes may share the address, as far as they know of each other.
 */
export function createEgressPace(clock: Clock, callsPerSecond: number, replicas: () => number): EgressPace {
  const perSecond = Math.max(callsOfAddressPerSecond, callsPerSecond);
  /** How far the calls that have started reach, each with its part of a second. */
  let usedUntilMs = -Infinity;
  const partMs = (): number => (secondMs * replicas()) / perSecond;
  return {
    get freeAtMs() {
      const freeAtMs = usedUntilMs + partMs() - secondMs;
      return freeAtMs <= clock.nowMs() ? freeAtMs : Math.ceil(freeAtMs / stepMs) * stepMs;
    },
    noteStart() {
      usedUntilMs = Math.max(usedUntilMs, clock.nowMs()) + partMs();
    },
  };
}
