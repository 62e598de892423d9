import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { OtlpConfig } from '../../config/config.ts';

const optionsOf = ({ url, headers, timeoutMs }: OtlpConfig) => ({
  url: url.href,
  headers,
  timeoutMillis: timeoutMs,
});

export const createSpanExporter = (config: OtlpConfig, log: Logger): SpanExporter =>
  logged(
    config.protocol === 'http/json'
      ? new JsonTraceExporter(optionsOf(config))
      : new ProtobufTraceExporter(optionsOf(config)),
    'spans',
    log,
  );

export const createMetricExporter = (config: OtlpConfig, log: Logger): PushMetricExporter =>
  logged(
    config.protocol === 'http/json'
      ? new JsonMetricExporter(optionsOf(config))
      : new ProtobufMetricExporter(optionsOf(config)),
    'metrics',
    log,
  );

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];
interface Exporter<Items> {
  export(items: Items, done: (result: Result) => void): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** The SDK's `ExportResultCode.SUCCESS`. */
const success: Result['code'] = 0;
export const isSuccess = ({ code }: Result): boolean => code === success;

/** Logs one line when the collector begins to fail and one when it answers again. */
function logged<Items>(exporter: Exporter<Items>, items: string, log: Logger): Exporter<Items> {
  let isFailing = false;
  return {
    export(given, done) {
      exporter.export(given, (result) => {
        const hasFailed = !isSuccess(result);
        if (hasFailed && !isFailing)
          log.warn({ reason: reasonOf(result.error) }, `OpenTelemetry: ${items} are not exported, and lost`);
        if (!hasFailed && isFailing) log.info(`OpenTelemetry: ${items} are exported again`);
        isFailing = hasFailed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** The status or the system's code: the rest may quote the headers of the request. */
function reasonOf(error: Error | undefined): string {
  if (error && 'code' in error) {
    if (typeof error.code === 'number') return `HTTP ${error.code}`;
    if (typeof error.code === 'string') return error.code;
  }
  return 'the collector is overloaded or does not answer in time';
}
