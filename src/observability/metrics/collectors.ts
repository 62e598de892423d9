import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { definitions, type MetricDefinition } from './definitions.ts';

/** The metrics of one gateway, in a registry of its own: one process can hold several gateways. */
export type Collectors = ReturnType<typeof createCollectors>;

export function createCollectors() {
  const registry = new Registry();
  const options = <Label extends string>({ name, help, labels, buckets }: MetricDefinition<Label>) => ({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    ...(buckets && { buckets: [...buckets] }),
  });
  const counter = <Label extends string>(given: MetricDefinition<Label>): Counter<Label> =>
    new Counter(options(given));
  const gauge = <Label extends string>(given: MetricDefinition<Label>): Gauge<Label> =>
    new Gauge(options(given));
  const histogram = <Label extends string>(given: MetricDefinition<Label>): Histogram<Label> =>
    new Histogram(options(given));
  return {
    registry,
    lookups: counter(definitions.lookups),
    cacheEntries: gauge(definitions.cacheEntries),
    cacheBytes: gauge(definitions.cacheBytes),
    upstreamCalls: counter(definitions.upstreamCalls),
    callDuration: histogram(definitions.callDuration),
    attempts: histogram(definitions.attempts),
    queueWait: histogram(definitions.queueWait),
    queueDepth: gauge(definitions.queueDepth),
    callsInFlight: gauge(definitions.callsInFlight),
    budgetLeft: gauge(definitions.budgetLeft),
    rateLimit: gauge(definitions.rateLimit),
    breakerState: gauge(definitions.breakerState),
    ready: gauge(definitions.ready),
    ipBan: gauge(definitions.ipBan),
    quotaSpent: gauge(definitions.quotaSpent),
    tokenAge: gauge(definitions.tokenAge),
    monthCalls: gauge(definitions.monthCalls),
    monthCountComplete: gauge(definitions.monthCountComplete),
    monthQuota: gauge(definitions.monthQuota),
    monthQuotaUsed: gauge(definitions.monthQuotaUsed),
    requests: histogram(definitions.requests),
    errors: counter(definitions.errors),
    documents: counter(definitions.documents),
    redisUp: gauge(definitions.redisUp),
    redisCommands: counter(definitions.redisCommands),
    memoryLimit: gauge(definitions.memoryLimit),
    buildInfo: gauge(definitions.buildInfo),
    clientRequests: counter(definitions.clientRequests),
    logLinesDropped: counter(definitions.logLinesDropped),
    spans: counter(definitions.spans),
  };
}
