import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { selfSigned } from '../support/self-signed.ts';

const body = JSON.stringify({
  query: '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }',
});

/** Starts the build, sends one query and stops it. Returns what it printed. */
async function runOnce(environment: NodeJS.ProcessEnv, ...flags: readonly string[]) {
  await using run = startProcess([process.execPath, ...flags, 'dist/main.js'], {
    PORT: '0',
    NODE_ENV: 'production',
    DINGTALK_MODE: 'sandbox',
    ALLOW_ANONYMOUS: '1',
    ...environment,
  });
  const response = await fetch(await run.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await response.json()).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  return run.output();
}

/** The files of the build that a process has loaded, by its messages about their compiled code, without their hashes. */
const loadedBy = ({ stderr }: { readonly stderr: string }): string[] =>
  [...stderr.matchAll(/V8 code cache for ESM (\S+) was/g)].map(([, file = '']) =>
    path.basename(file).replace(/-\w{8}\.js$/, ''),
  );
const tellLoaded = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };

test.each<[string, NodeJS.ProcessEnv]>([
  ['without variables of OpenTelemetry', {}],
  ['with names alone', { OTEL_SERVICE_NAME: 'files', OTEL_TRACES_SAMPLER: 'always_on' }],
  ['with the SDK disabled', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ['with a value that cannot be used', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }],
])('%s nothing of it is loaded', async (_which, environment) => {
  const loaded = loadedBy(await runOnce({ ...tellLoaded, ...environment }));

  expect(loaded).toContain('gateway');
  expect(loaded).not.toContain('telemetry');
});

test('the build exports spans and metrics, the last of them at its stop', async () => {
  await using receiver = await startOtlpReceiver();

  const output = await runOnce({ ...tellLoaded, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });

  expect(loadedBy(output)).toContain('telemetry');
  const exported = new Map(receiver.exports.map((each) => [each.path, each.bytes.toString('latin1')]));
  expect([...exported.keys()].toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
  expect(exported.get('/v1/traces')).toContain('lookup conversationSpace');
  expect(exported.get('/v1/metrics')).toContain('dingtalk_gateway_lookups_total');
  expect(output.stdout).toMatch(
    /"traces":"127\.0\.0\.1:\d+","metrics":"127\.0\.0\.1:\d+","msg":"OpenTelemetry: exporting"/,
  );
});

test('an https collector is believed by OTEL_EXPORTER_OTLP_CERTIFICATE, and can be sent gzip', async () => {
  await using receiver = await startOtlpReceiver(undefined, 'https');
  const folder = await mkdtemp(path.join(tmpdir(), 'collector-'));
  const certificate = path.join(folder, 'ca.pem');
  await writeFile(certificate, selfSigned.cert);

  await runOnce({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_CERTIFICATE: certificate,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_METRICS_EXPORTER: 'none',
  });

  await rm(folder, { recursive: true });
  expect(receiver.exports.map(({ path: to, headers }) => [to, headers['content-encoding']])).toEqual([
    ['/v1/traces', 'gzip'],
  ]);
  expect(receiver.exports[0]?.bytes.toString('latin1')).toContain('lookup conversationSpace');
});

test('an SDK that was there before exports the spans, below its own of the request, and nothing does twice', async () => {
  await using receiver = await startOtlpReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };

  const { stdout, stderr } = await runOnce(environment, '--import', path.resolve('test/telemetry/agent.ts'));

  const spans = [...stderr.matchAll(/^span (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  const outwards = (span: any): any[] => {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    return parent ? [span, ...outwards(parent)] : [span];
  };
  const call = spans.find(({ name }) => name === 'POST /v1.0/convFile/conversations/spaces/query');
  expect(outwards(call).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'POST /v1.0/convFile/conversations/spaces/query CLIENT',
    'lookup conversationSpace INTERNAL',
    'query INTERNAL',
    'POST /graphql INTERNAL',
    'agent SERVER',
  ]);
  expect(stdout).toContain('another SDK is at work in this process');
  expect(receiver.exports.map((each) => each.path)).toEqual(['/v1/metrics']);
});
