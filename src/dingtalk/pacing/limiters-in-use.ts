import type { Clock } from '../../async/clock.ts';
import type { DingTalkStatus, RateLimiterStatus } from '../../domain/dingtalk-status.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** By then a limiter whose calls have ended knows nothing any more: slots are free, and the rate has recovered. */
const idleMs = 60_000;

/** The rate limiters of all APIs, and of an API for each organization where DingTalk counts its calls. */
export interface LimitersInUse {
  of(api: string, organization: string | undefined): RateLimiter;
  /** Undefined where no limiter is in use: nothing limits the next call but the rate. */
  statusOf(api: string, organization: string | undefined): RateLimiterStatus | undefined;
  /**
   * One for each API that was called: the sums of its organizations' calls, and the lowest of their rates and of the calls
   * that could start.
   */
  readonly status: DingTalkStatus['rateLimiters'];
}

interface LimitersInUseOptions {
  readonly clock: Clock;
  /** No call takes longer. */
  readonly longestCallMs: number;
  readonly create: (api: string, organization: string | undefined) => RateLimiter;
}

interface InUse {
  readonly api: string;
  readonly limiter: RateLimiter;
  askedAtMs: number;
}

/** Forgets the limiters of organizations that have made no call for a while: their number is bounded by the calls of that time. */
export function createLimitersInUse({ clock, longestCallMs, create }: LimitersInUseOptions): LimitersInUse {
  /** Never forgotten. Where organizations have their own, it has no calls, and keeps the API in the status. */
  const ofApis = new Map<string, InUse>();
  const ofOrganizations = new Map<string, InUse>();
  let sweptAtMs = clock.nowMs();

  function sweep(): void {
    const nowMs = clock.nowMs();
    if (nowMs - sweptAtMs < idleMs) return;
    sweptAtMs = nowMs;
    for (const [name, { limiter, askedAtMs }] of ofOrganizations) {
      const { queued, inFlight } = limiter.status;
      if (nowMs - askedAtMs >= longestCallMs + idleMs && queued + inFlight === 0)
        ofOrganizations.delete(name);
    }
  }

  const find = (api: string, organization: string | undefined): InUse | undefined =>
    organization === undefined ? ofApis.get(api) : ofOrganizations.get(nameOf(api, organization));

  function add(api: string, organization: string | undefined): InUse {
    const inUse = { api, limiter: create(api, organization), askedAtMs: 0 };
    if (organization === undefined) ofApis.set(api, inUse);
    else {
      sweep();
      if (!ofApis.has(api)) add(api, undefined);
      ofOrganizations.set(nameOf(api, organization), inUse);
    }
    return inUse;
  }

  return {
    statusOf: (api, organization) => find(api, organization)?.limiter.status,
    of(api, organization) {
      const inUse = find(api, organization) ?? add(api, organization);
      inUse.askedAtMs = clock.nowMs();
      return inUse.limiter;
    },
    status() {
      const byApi = new Map(Array.from(ofApis, ([api, { limiter }]) => [api, limiter.status]));
      for (const { api, limiter } of ofOrganizations.values()) {
        const others = byApi.get(api);
        byApi.set(api, others ? together(others, limiter.status) : limiter.status);
      }
      return Array.from(byApi, ([api, status]) => ({ api, ...status }));
    },
  };
}

/** Neither holds a blank. */
const nameOf = (api: string, organization: string): string => `${api} ${organization}`;

const together = (one: RateLimiterStatus, other: RateLimiterStatus): RateLimiterStatus => ({
  queued: one.queued + other.queued,
  inFlight: one.inFlight + other.inFlight,
  placesLeft: Math.min(one.placesLeft, other.placesLeft),
  callsPerSecond: Math.min(one.callsPerSecond, other.callsPerSecond),
});
