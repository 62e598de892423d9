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
const callSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Every metric of the gateway. No label holds an id: the code bounds the number of values. */
export const definitions = {
  lookups: metric('counter', 'lookups_total', 'Lookups that ended, by the source of the answer', [
    'api',
    'source',
    'stale',
    'outcome',
  ]),
  cacheEntries: metric('gauge', 'cache_entries', 'Entries in the cache of this process'),
  cacheBytes: metric('gauge', 'cache_bytes', 'Memory of these entries, by estimate'),
  upstreamCalls: metric('counter', 'upstream_calls_total', 'Calls to DingTalk that ended, by code', [
    'api',
    'code',
  ]),
  callDuration: metric(
    'histogram',
    'upstream_call_duration_seconds',
    'Time from sending a call to the end of its answer',
    ['api'],
    callSeconds,
  ),
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
  rateLimit: metric('gauge', 'rate_limit', 'Calls a second that may start now: less after a "too fast"', [
    'api',
  ]),
  breakerState: metric('gauge', 'breaker_state', '1 for the state that the breaker is in', ['state']),
  ready: metric('gauge', 'ready', '1 while the gateway can serve, as `/readyz` says'),
  ipBan: metric('gauge', 'ip_ban_seconds', 'How long all calls still pause for a banned IP; 0: no ban'),
  quotaSpent: metric('gauge', 'quota_spent', '1 where DingTalk says that the month’s calls are spent', [
    'corp',
  ]),
  tokenAge: metric('gauge', 'token_age_seconds', 'Time since the access token was fetched', ['corp']),
  monthCalls: metric(
    'gauge',
    'month_calls',
    "This month's (UTC+8) calls that the quota counts, of all replicas",
    ['corp'],
  ),
  monthCountComplete: metric(
    'gauge',
    'month_count_complete',
    '1 where `month_calls` is whole, 0 where counting began in it',
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
  errors: metric('counter', 'errors_total', 'Errors in answers, by `extensions.code`', ['code']),
  documents: metric('counter', 'documents_total', 'Operations by how their document was found', ['outcome']),
  redisUp: metric('gauge', 'redis_up', '1 if Redis answered within 50 ms at this scrape, with `REDIS_URL`'),
  redisCommands: metric('counter', 'redis_commands_total', 'Commands to Redis that ended, by outcome', [
    'outcome',
  ]),
  memoryLimit: metric('gauge', 'memory_limit_bytes', 'Memory of the container, or of the machine'),
  buildInfo: metric('gauge', 'build_info', '1 for the version that runs', ['version', 'node']),
  clientRequests: metric('counter', 'client_requests_total', 'Requests to `/graphql` by API key', ['client']),
  logLinesDropped: metric(
    'counter',
    'log_lines_dropped_total',
    'Log lines of this process that could not be written',
  ),
  spans: metric('counter', 'spans_total', 'Spans that were exported to OpenTelemetry, or lost', ['outcome']),
} as const;
