import { attributePairs, collectorUrl, headerPairs, share, words, wordsOf } from '../telemetry-schemas.ts';
import { oneOf, text, wholeNumber } from '../variable-schemas.ts';
import { secretVariable, variable } from './variable.ts';

const protocol = oneOf('http/protobuf', 'http/json', 'grpc');
const milliseconds = wholeNumber(1, 3_600_000);
const count = wholeNumber(1, 100_000);

/** OpenTelemetry's own variables, as far as they have a meaning here. */
export const telemetryVariables = {
  OTEL_SDK_DISABLED: variable(
    oneOf('true', 'false'),
    '`false`',
    '`true`: nothing is exported, whatever else is set',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    collectorUrl,
    '–',
    'collector, such as `http://collector:4318`; set: all is exported',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: variable(
    collectorUrl,
    'that and `/v1/traces`',
    'the whole URL for traces',
  ),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: variable(
    collectorUrl,
    'that and `/v1/metrics`',
    'the whole URL for metrics',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secretVariable(
    headerPairs,
    '–',
    '`name=value,…` for the collector, percent-encoded; a secret',
  ),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: secretVariable(headerPairs, '–', 'the same for traces, before those'),
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: secretVariable(headerPairs, '–', 'the same for metrics, before those'),
  OTEL_EXPORTER_OTLP_PROTOCOL: variable(
    protocol,
    '`http/protobuf`',
    'or `http/json`; with `grpc` nothing is exported',
  ),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: variable(protocol, 'that', 'the same for traces'),
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: variable(protocol, 'that', 'the same for metrics'),
  OTEL_EXPORTER_OTLP_TIMEOUT: variable(milliseconds, '`10000`', 'milliseconds for one export'),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: variable(milliseconds, 'that', 'the same for traces'),
  OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: variable(milliseconds, 'that', 'the same for metrics'),
  OTEL_TRACES_EXPORTER: variable(
    wordsOf('otlp', 'none'),
    '`otlp` with an endpoint',
    '`otlp` or `none`; without an endpoint: `http://localhost:4318`',
  ),
  OTEL_METRICS_EXPORTER: variable(
    wordsOf('otlp', 'none', 'prometheus'),
    'the same',
    'the same, or `prometheus`: at `/metrics` only',
  ),
  OTEL_SERVICE_NAME: variable(text, '`dingtalk-graphql-gateway`', 'the name of the service'),
  OTEL_RESOURCE_ATTRIBUTES: variable(attributePairs, '–', '`name=value,…`, percent-encoded'),
  OTEL_TRACES_SAMPLER: variable(
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    '`parentbased_always_on`',
    'which traces; `parentbased_…`: the caller decides, if it says so',
  ),
  OTEL_TRACES_SAMPLER_ARG: variable(share, '`1`', '`…traceidratio`: the share of traces, from 0 to 1'),
  OTEL_PROPAGATORS: variable(
    words,
    '`tracecontext,baggage`',
    'without `tracecontext` a `traceparent` is ignored',
  ),
  OTEL_BSP_SCHEDULE_DELAY: variable(milliseconds, '`5000`', 'milliseconds between two exports of spans'),
  OTEL_BSP_EXPORT_TIMEOUT: variable(milliseconds, '`30000`', 'milliseconds for one of them'),
  OTEL_BSP_MAX_QUEUE_SIZE: variable(
    count,
    '`2048`',
    'spans that wait; beyond: dropped, and counted in `/metrics`',
  ),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: variable(count, '`512`', 'spans of one export'),
  OTEL_METRIC_EXPORT_INTERVAL: variable(
    milliseconds,
    '`60000`',
    'milliseconds between two exports of metrics',
  ),
  OTEL_METRIC_EXPORT_TIMEOUT: variable(milliseconds, '`30000`', 'milliseconds for one of them'),
};
