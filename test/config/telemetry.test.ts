import { expect, test } from '@jest/globals';
import type { TelemetryConfig } from '../../src/config/config.ts';
import { readConfig } from '../support/read-config.ts';

/** What is exported with these variables, in the sandbox, and what is warned about. */
function read(environment: NodeJS.ProcessEnv): {
  telemetry: TelemetryConfig | undefined;
  warnings: readonly string[];
} {
  const result = readConfig(environment);
  if (!result.ok)
    throw new Error(`OpenTelemetry's variables keep it from starting: ${JSON.stringify(result)}`);
  return { telemetry: result.config.telemetry, warnings: result.warnings };
}

const collector = 'http://localhost:4318';
const urlsOf = ({ traces, metrics }: TelemetryConfig) => [traces?.url.href, metrics?.url.href];

test.each<[string, NodeJS.ProcessEnv]>([
  ['nothing', {}],
  [
    'names alone',
    { OTEL_SERVICE_NAME: 'files', OTEL_RESOURCE_ATTRIBUTES: 'a=b', OTEL_TRACES_SAMPLER: 'always_on' },
  ],
  ['a disabled SDK', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: collector }],
  [
    'a disabled SDK with wrong values',
    { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' },
  ],
  [
    'no exporters',
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
  ],
  ['metrics for Prometheus', { OTEL_METRICS_EXPORTER: 'prometheus' }],
])('%s: nothing is exported, without a warning', (_what, environment) => {
  expect(read(environment)).toEqual({ telemetry: undefined, warnings: [] });
});

test('an endpoint alone exports both signals below it, with the defaults of the specification', () => {
  const { telemetry, warnings } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example/base/' });

  const otlp = { protocol: 'http/protobuf', headers: {}, timeoutMs: 10_000 };
  expect(telemetry).toEqual({
    resource: { 'service.name': 'dingtalk-graphql-gateway' },
    traces: {
      ...otlp,
      url: new URL('https://otel.example/base/v1/traces'),
      sampler: 'parentbased_always_on',
      ratio: 1,
      readsParents: true,
      batch: { maxQueueSize: 2048, maxBatchSize: 512, delayMs: 5000, timeoutMs: 30_000 },
    },
    metrics: {
      ...otlp,
      url: new URL('https://otel.example/base/v1/metrics'),
      intervalMs: 60_000,
      exportTimeoutMs: 30_000,
    },
  });
  expect(warnings).toEqual([]);
});

test('an exporter alone goes to this machine', () => {
  const { telemetry } = read({ OTEL_TRACES_EXPORTER: 'otlp' });

  expect(urlsOf(telemetry!)).toEqual(['http://localhost:4318/v1/traces', undefined]);
});

test('the variables of a signal go before the general ones, and its endpoint is the whole URL', () => {
  const { telemetry } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:9000/spans',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi, tenant=one',
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'tenant=two%2Cthree',
    OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '3000',
  });

  expect(telemetry).toMatchObject({
    traces: {
      url: new URL('http://localhost:9000/spans'),
      protocol: 'http/json',
      headers: { authorization: 'Basic YTpi', tenant: 'one' },
      timeoutMs: 3000,
    },
    metrics: {
      url: new URL('http://localhost:4318/v1/metrics'),
      protocol: 'http/protobuf',
      headers: { authorization: 'Basic YTpi', tenant: 'two,three' },
      timeoutMs: 2000,
    },
  });
});

test('the name of the service goes before its attribute', () => {
  const { telemetry } = read({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_SERVICE_NAME: 'files',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=staging%20two',
  });

  expect(telemetry?.resource).toEqual({
    'service.name': 'files',
    'deployment.environment.name': 'staging two',
  });
});

test('sampler, propagators, batches and intervals', () => {
  const { telemetry } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
    OTEL_PROPAGATORS: 'b3',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
  });

  expect(telemetry).toMatchObject({
    traces: {
      sampler: 'parentbased_traceidratio',
      ratio: 0.01,
      readsParents: false,
      batch: { maxQueueSize: 100, maxBatchSize: 100, delayMs: 1000 },
    },
    metrics: { intervalMs: 5000, exportTimeoutMs: 5000 },
  });
});

test.each([
  ['OTEL_SDK_DISABLED', 'yes', 'must be one of: true, false'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317', 'must be an http:// or https:// URL'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://secret.example', 'must be an http:// or https:// URL'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer secret', 'must be name=value'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=secret%2', 'must be name=value'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=secret%0Amore', 'must be name=value'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http', 'must be one of: http/protobuf, http/json, grpc'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', 'must be a whole number'],
  ['OTEL_TRACES_EXPORTER', 'console', 'must be one or more of: otlp, none'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'staging', 'must be name=value'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote', 'must be one of: always_on'],
  ['OTEL_TRACES_SAMPLER_ARG', '1%', 'must be a number from 0 to 1'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '0', 'must be a whole number'],
])('%s=%s is a warning with its remedy, and nothing is exported', (name, value, remedy) => {
  const { telemetry, warnings } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: collector, [name]: value });

  expect(telemetry).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining(`${name} ${remedy}`)]);
  expect(warnings[0]).toContain('nothing is exported');
  expect(warnings[0]).not.toContain('secret');
});

test('gRPC is a warning for each signal that would use it, and the other one is exported', () => {
  const { telemetry, warnings } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
  });

  expect(urlsOf(telemetry!)).toEqual([`${collector}/v1/traces`, undefined]);
  expect(warnings).toEqual([
    'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL must be http/protobuf or http/json, which collectors take at port 4318: gRPC is not supported, and no metrics are exported',
  ]);
});

test('headers over plain http to another machine are a warning', () => {
  const secret = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret', OTEL_METRICS_EXPORTER: 'none' };

  const { telemetry, warnings } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', ...secret });

  expect(telemetry?.traces).toBeDefined();
  expect(warnings).toEqual([expect.stringMatching(/^OTEL_EXPORTER_OTLP_HEADERS are sent over plain http/)]);
  expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318', ...secret }).warnings).toEqual([]);
});

const warned = (name: string): readonly string[] => read({ [name]: 'value' }).warnings;

test('slips in names are found, and names of other software are none', () => {
  expect(warned('OTEL_EXPORTER_OLTP_ENDPOINT')).toEqual([
    'OTEL_EXPORTER_OLTP_ENDPOINT is not a variable of the gateway and is ignored: did you mean OTEL_EXPORTER_OTLP_ENDPOINT?',
  ]);
  for (const name of [
    'SERVICE_NAME',
    'RESOURCE_ATTRIBUTES',
    'OTEL_LOGS_EXPORTER',
    'OTEL_LOG_LEVEL',
    'OTEL_EXPORTER_OTLP_COMPRESSION',
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
    'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    'OTEL_BLRP_SCHEDULE_DELAY',
    'OTEL_SPAN_EVENT_COUNT_LIMIT',
    'OTEL_NODE_RESOURCE_DETECTORS',
    'OTEL_SEMCONV_STABILITY_OPT_IN',
  ])
    expect(warned(name)).toEqual([]);
});
