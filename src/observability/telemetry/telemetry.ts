import { randomUUID } from 'node:crypto';
import { trace, type Tracer as OtelTracer } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Clock } from '../../async/clock.ts';
import type { MetricsExportConfig, TelemetryConfig, TracesConfig } from '../../config/config.ts';
import type { Tracer } from '../../domain/tracer.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createMetricExporter, createSpanExporter } from './exporters.ts';
import { createMetricProducer } from './metric-producer.ts';
import { createSpanQueue, type SpanCounts } from './span-queue.ts';
import { createTracer } from './spans.ts';

/** Export by OpenTelemetry. */
export interface Telemetry {
  readonly tracer: Tracer | undefined;
  /** Spans since the start; undefined where another SDK exports them. */
  readonly spans: (() => Readonly<Record<keyof SpanCounts, number>>) | undefined;
  /** Exports what waits, for one second at most. */
  close(): Promise<void>;
}

export interface TelemetryDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'collect'>;
  /** DingTalk's address. */
  readonly apiUrl: URL;
}

const scope = 'dingtalk-graphql-gateway';
/** What is left of the time for a stop after the drain. */
const closeMs = 1000;

interface Provider {
  shutdown(): Promise<void>;
}

/** Starts to export. A collector that fails or does not answer costs its spans and metrics, and nothing else. */
export function startTelemetry(config: TelemetryConfig, dependencies: TelemetryDependencies): Telemetry {
  const { log, clock } = dependencies;
  const resource = defaultResource().merge(
    // It distinguishes the same metrics of two replicas.
    resourceFromAttributes({ 'service.instance.id': randomUUID(), ...config.resource }),
  );
  const traces = config.traces && startTraces(config.traces, resource, dependencies);
  const meters = config.metrics && startMeters(config.metrics, resource, dependencies);
  const destinations = { traces: traces && config.traces?.url.host, metrics: config.metrics?.url.host };
  log.info(destinations, 'OpenTelemetry: exporting');
  return {
    tracer: traces?.tracer,
    spans: traces?.counts && (() => ({ ...traces.counts })),
    async close() {
      const providers = [traces?.provider, meters].filter((each) => each !== undefined);
      await within(closeMs, clock, Promise.allSettled(providers.map((each) => each.shutdown())));
    },
  };
}

function startTraces(config: TracesConfig, resource: Resource, { log, apiUrl }: TelemetryDependencies) {
  const { readsParents } = config;
  const agent = agentTracer();
  if (agent) {
    log.info('OpenTelemetry: another SDK is at work in this process, and exports the spans of the gateway');
    return { tracer: createTracer({ tracer: agent, apiUrl, readsParents }) };
  }
  const { processor, counts } = createSpanQueue(createSpanExporter(config, log), config.batch);
  const provider = new TracerProvider({ resource, sampler: samplerOf(config), spanProcessors: [processor] });
  const tracer = provider.getTracer(scope);
  return { provider, counts, tracer: createTracer({ tracer, apiUrl, readsParents }) };
}

function startMeters(
  config: MetricsExportConfig,
  resource: Resource,
  { log, clock, metrics }: TelemetryDependencies,
): Provider {
  const reader = new PeriodicExportingMetricReader({
    exporter: createMetricExporter(config, log),
    exportIntervalMillis: config.intervalMs,
    exportTimeoutMillis: config.exportTimeoutMs,
    metricProducers: [
      createMetricProducer({
        collect: () => metrics.collect(),
        resource,
        scope,
        wallMs: () => clock.wallMs(),
      }),
    ],
  });
  return new MeterProvider({ resource, readers: [reader] });
}

/** The tracer of an SDK that was loaded before the gateway and has registered itself. Its spans have ids, sampled or not. */
function agentTracer(): OtelTracer | undefined {
  const tracer = trace.getTracer(scope);
  const span = tracer.startSpan('is there an SDK', { root: true });
  return trace.isSpanContextValid(span.spanContext()) ? tracer : undefined;
}

function samplerOf({ sampler, ratio }: TracesConfig): Sampler {
  const isParentBased = sampler.startsWith('parentbased_');
  const root = rootSampler(sampler.replace('parentbased_', ''), ratio);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  switch (name) {
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return new AlwaysOnSampler();
  }
}

/** Resolves when `work` settles, or after `timeoutMs`. */
async function within(timeoutMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(timeoutMs, resolve);
  await Promise.race([work, promise]);
  cancel();
}
