/** A metric of the gateway, as in `/metrics` and docs/metrics.md. */
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

/** Every metric of the gateway. No label holds an id: the code bounds the number of values. */
export const definitions = {
  lookups: metric('counter', 'lookups_total', 'Lookups that ended, by the source of the answer', [
    'api',
    'source',
    'stale',
    'outcome',
  ]),
  cacheHitRatio: metric('gauge', 'cache_hit_ratio', 'Share of all lookups so far that cost no call'),
  cacheEntries: metric('gauge', 'cache_entries', 'Entries in the cache of this process'),
  cacheBytes: metric('gauge', 'cache_bytes', 'Memory of these entries, by estimate'),
  upstreamCalls: metric('counter', 'upstream_calls_total', 'Calls to DingTalk that ended, by code', [
    'api',
    'code',
  ]),
  attempts: metric('histogram', 'upstream_attempts', 'Attempts of one lookup', ['api'], [0, 1, 2, 3]),
  queueWait: metric(
    'histogram',
    'queue_wait_seconds',
    'Time that calls waited in the queue',
    ['api'],
    waitSeconds,
  ),
  queueDepth: metric('gauge', 'queue_depth', 'Calls in the queue', ['api']),
  callsInFlight: metric('gauge', 'upstream_calls_in_flight', 'Calls that DingTalk has not answered yet', [
    'api',
  ]),
  budgetLeft: metric('gauge', 'budget_left', 'Calls that could start at once', ['api']),
  breakerState: metric('gauge', 'breaker_state', '1 for the state that the breaker is in', ['state']),
  tokenAge: metric('gauge', 'token_age_seconds', 'Time since the access token was fetched', ['corp']),
  monthCalls: metric(
    'gauge',
    'month_calls',
    'Calls of this month (UTC+8) that count against the quota, over all replicas',
    ['corp'],
  ),
  monthQuota: metric('gauge', 'month_quota', '`DINGTALK_MONTHLY_QUOTA`, where it is set'),
  monthQuotaUsed: metric('gauge', 'month_quota_used_ratio', 'Used share of that quota', ['corp']),
  requests: metric(
    'histogram',
    'http_request_duration_seconds',
    'HTTP requests by route, not by URL',
    ['route', 'method', 'status'],
    requestSeconds,
  ),
  logLinesDropped: metric(
    'counter',
    'log_lines_dropped_total',
    'Log lines of this process that could not be written',
  ),
} as const;
