import { isLoopback } from '../domain/loopback.ts';
import type { OtlpConfig, TelemetryConfig } from './config.ts';
import type { Settings } from './variables.ts';

/** OpenTelemetry's variables are those of a whole platform: a wrong one must not keep the gateway from serving. */
export const isTelemetryVariable = (name: string): boolean => name.startsWith('OTEL_');

type Signal = 'TRACES' | 'METRICS';
const defaultEndpoint = new URL('http://localhost:4318');

/**
 * Reads what is exported, and where to; undefined: nothing. `wrong` are warnings about OpenTelemetry's variables whose
 * values cannot be used: nothing is exported then.
 */
export function telemetryRules(
  settings: Settings,
  wrong: readonly string[],
): { readonly telemetry: TelemetryConfig | undefined; readonly warnings: readonly string[] } {
  if (settings.OTEL_SDK_DISABLED === 'true') return { telemetry: undefined, warnings: [] };
  if (wrong.length > 0) {
    const warnings = wrong.map((each) => `${each}; nothing is exported to OpenTelemetry until then`);
    return { telemetry: undefined, warnings };
  }
  const warnings: string[] = [];
  const traces = otlp(settings, 'TRACES', warnings);
  const metrics = otlp(settings, 'METRICS', warnings);
  if (!traces && !metrics) return { telemetry: undefined, warnings };

  const maxQueueSize = settings.OTEL_BSP_MAX_QUEUE_SIZE ?? 2048;
  const intervalMs = settings.OTEL_METRIC_EXPORT_INTERVAL ?? 60_000;
  const telemetry: TelemetryConfig = {
    resource: {
      'service.name': 'dingtalk-graphql-gateway',
      ...settings.OTEL_RESOURCE_ATTRIBUTES,
      ...(settings.OTEL_SERVICE_NAME !== undefined && { 'service.name': settings.OTEL_SERVICE_NAME }),
    },
    traces: traces && {
      ...traces,
      sampler: settings.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
      ratio: settings.OTEL_TRACES_SAMPLER_ARG ?? 1,
      readsParents: settings.OTEL_PROPAGATORS?.includes('tracecontext') ?? true,
      batch: {
        maxQueueSize,
        maxBatchSize: Math.min(settings.OTEL_BSP_MAX_EXPORT_BATCH_SIZE ?? 512, maxQueueSize),
        delayMs: settings.OTEL_BSP_SCHEDULE_DELAY ?? 5000,
        timeoutMs: settings.OTEL_BSP_EXPORT_TIMEOUT ?? 30_000,
      },
    },
    metrics: metrics && {
      ...metrics,
      intervalMs,
      exportTimeoutMs: Math.min(settings.OTEL_METRIC_EXPORT_TIMEOUT ?? 30_000, intervalMs),
    },
  };
  return { telemetry, warnings };
}

/** How one signal is exported; undefined: not at all. */
function otlp(settings: Settings, signal: Signal, warnings: string[]): OtlpConfig | undefined {
  const exporters = settings[`OTEL_${signal}_EXPORTER`];
  const ownUrl = settings[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!(exporters?.includes('otlp') ?? (ownUrl ?? endpoint) !== undefined)) return undefined;

  const ownProtocol = settings[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`];
  const protocol = ownProtocol ?? settings.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf';
  if (protocol === 'grpc') {
    const name = ownProtocol ? `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL` : 'OTEL_EXPORTER_OTLP_PROTOCOL';
    warnings.push(
      `${name} must be http/protobuf or http/json, which collectors take at port 4318: gRPC is not supported, and no ${signal.toLowerCase()} are exported`,
    );
    return undefined;
  }
  const url = ownUrl ?? signalUrl(endpoint ?? defaultEndpoint, `v1/${signal.toLowerCase()}`);
  const headers = {
    ...settings.OTEL_EXPORTER_OTLP_HEADERS,
    ...settings[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`],
  };
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && Object.keys(headers).length > 0) {
    warnings.push(
      `OTEL_EXPORTER_OTLP_HEADERS are sent over plain http for ${signal.toLowerCase()}: everyone on the way reads them; use https`,
    );
  }
  const timeoutMs =
    settings[`OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`] ?? settings.OTEL_EXPORTER_OTLP_TIMEOUT ?? 10_000;
  return { url, protocol, headers, timeoutMs };
}

function signalUrl(endpoint: URL, path: string): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}
