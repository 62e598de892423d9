import type { GraphQLResponse } from '@apollo/server';
import type { LookupTally } from '../../graph/loading/lookup-tally.ts';

/** What is left to one organization. Never of another one than the viewer's: nor are its names and ids. */
export interface OrganizationCost {
  /** The pace of its calls to DingTalk, as this process sees it: of the API in the answer that has the least left. */
  readonly throttle: {
    /** `DINGTALK_QPS`. */
    readonly max: number;
    /** Calls that could start at once. */
    readonly available: number;
    /** Lower than `max` after DingTalk's "too fast", and where replicas share the pace without Redis. */
    readonly restorePerSecond: number;
  };
  readonly quota: {
    /** Calls of this month; null: not known. */
    readonly used: number | null;
    /** `DINGTALK_MONTHLY_QUOTA`; null: it is not set. */
    readonly limit: number | null;
  };
}

/** What one answer has cost: `extensions.cost`, where the request asked with `x-cost: 1`. */
export interface AnswerCost extends OrganizationCost {
  /** Distinct lookups, those that failed included. */
  readonly lookups: number;
  /** Calls to DingTalk that they made, retries included. */
  readonly calls: number;
  /** Lookups that memory or Redis answered. */
  readonly fromCache: number;
  /** Lookups that waited for another request's call. */
  readonly joined: number;
  /** The longest wait of a call for its turn. */
  readonly waitMs: number;
}

export const costOf = (tally: LookupTally, organization: OrganizationCost): AnswerCost => ({
  lookups: tally.lookups,
  calls: tally.calls,
  fromCache: tally.memory + tally.redis,
  joined: tally.joined,
  waitMs: Math.round(tally.waitMs),
  ...organization,
});

export async function addCost(
  { body }: Pick<GraphQLResponse, 'body'>,
  cost: () => Promise<AnswerCost>,
): Promise<void> {
  if (body.kind !== 'single') return;
  const { singleResult } = body;
  // First: meanwhile another plugin may add to the extensions.
  const known = await cost();
  singleResult.extensions = { ...singleResult.extensions, cost: known };
}
