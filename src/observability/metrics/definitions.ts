/** A metric of the gateway's own, as `/metrics` tells it and the README lists it. */
export interface MetricDefinition<Label extends string = string> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly Label[];
  readonly help: string;
  /** Of a histogram. */
  readonly buckets?: readonly number[];
}

const metric = <const Label extends string = never>(
  type: MetricDefinition['type'],
  name: string,
  help: string,
  labels: readonly Label[] = [],
  buckets?: readonly number[],
): MetricDefinition<Label> => ({
  name: `dingtalk_gateway_${name}`,
  type,
  labels,
  help,
  ...(buckets && { buckets }),
});

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const waitSeconds = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Every metric of the gateway's own. No label holds an id: there are as many values as the code has words. */
export const definitions = {
  lookups: metric('counter', 'lookups_total', 'Lookups that ended, by where the answer came from', [
    'api',
    'source',
    'stale',
    'outcome',
  ]),
  cacheHitRatio: metric('gauge', 'cache_hit_ratio', 'Share of all lookups so far that cost no call'),
  cacheEntries: metric('gauge', 'cache_entries', 'Lookups that this process remembers'),
  cacheBytes: metric('gauge', 'cache_bytes', 'Memory that they take, by estimate'),
  upstreamCalls: metric('counter', 'upstream_calls_total', 'Calls to DingTalk that ended, by code', [
    'api',
    'code',
  ]),
  attempts: metric('histogram', 'upstream_attempts', 'Attempts that one lookup took', ['api'], [0, 1, 2, 3]),
  queueWait: metric(
    'histogram',
    'queue_wait_seconds',
    'How long calls waited for their turn',
    ['api'],
    waitSeconds,
  ),
  queueDepth: metric('gauge', 'queue_depth', 'Calls that wait for their turn', ['api']),
  callsInFlight: metric('gauge', 'upstream_calls_in_flight', 'Calls that DingTalk has not answered yet', [
    'api',
  ]),
  budgetLeft: metric('gauge', 'budget_left', 'Calls that could start at once', ['api']),
  breakerState: metric('gauge', 'breaker_state', '1 for the state that the breaker is in', ['state']),
  tokenAge: metric('gauge', 'token_age_seconds', 'Time since the access token was fetched', ['corp']),
  monthCalls: metric(
    'gauge',
    'month_calls',
    'Calls of this calendar month (UTC+8) that count against the quota, of all replicas that share a Redis',
    ['corp'],
  ),
  monthQuota: metric('gauge', 'month_quota', '`DINGTALK_MONTHLY_QUOTA`, where it is set'),
  monthQuotaUsed: metric('gauge', 'month_quota_used_ratio', 'Share of that quota that is spent', ['corp']),
  requests: metric(
    'histogram',
    'http_request_duration_seconds',
    'HTTP requests by route, not by URL',
    ['route', 'method', 'status'],
    requestSeconds,
  ),
} as const;
