import type { EndedLookup } from '../../cache/lookup-report.ts';

/** Counts the lookups of one request, for its line in the log and for `x-cost`. */
export class LookupTally {
  /** Distinct ones, those that failed included. */
  lookups = 0;
  /** Calls to DingTalk that these lookups made, retries included. */
  calls = 0;
  /** Lookups that this process's memory answered. */
  memory = 0;
  /** Lookups that Redis answered. */
  redis = 0;
  /** Lookups that waited for another request's call. */
  joined = 0;
  /** Lookups that got a stale entry. */
  stale = 0;
  /** The longest wait of a call for its turn. */
  waitMs = 0;

  ended({ source, calls, waitMs, stale }: EndedLookup): void {
    this.lookups += 1;
    this.calls += calls;
    if (source === 'memory') this.memory += 1;
    else if (source === 'redis') this.redis += 1;
    else if (source === 'flight') this.joined += 1;
    if (stale) this.stale += 1;
    if (waitMs > this.waitMs) this.waitMs = waitMs;
  }
}
