import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { demoDentryId } from '../../src/sandbox/files/demo-tree.ts';
import { demoSpaceId } from '../../src/sandbox/demo-space.ts';
import { scrape } from '../metrics/scrape.ts';
import { manyViewers } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { attributesOf, startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const sampled = { traceparent: `00-${traceId}-${parentId}-01` };
const unsampled = { traceparent: `00-${traceId}-${parentId}-00` };

const exportingTo = ({ url }: { readonly url: string }): NodeJS.ProcessEnv => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

const isOfToken = ({ name }: { readonly name: string }): boolean => name === 'POST accessToken';

/** The spans of one request with `headers`, without those for a token, and the log. */
async function spansOf(headers: Record<string, string>, environment: NodeJS.ProcessEnv) {
  await using receiver = await startOtlpReceiver();
  const gateway = await startGateway({ environment: { ...exportingTo(receiver), ...environment } });
  await gateway.query(lookup, { id: 'cid.demo.a' }, headers);
  await gateway.close();
  const sent = gateway.upstream.callsTo('conversationSpace').map((call) => call.headers);
  const answered = gateway.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
  return { spans: receiver.spans().filter((span) => !isOfToken(span)), sent, answered };
}

test('a sampled traceparent is the parent, the log has its trace, and DingTalk is sent none of it', async () => {
  const { spans, sent, answered } = await spansOf(sampled, {});

  expect(spans.map((span) => [span.traceId, span.name])).toEqual([
    [traceId, 'POST /graphql'],
    [traceId, 'query'],
    [traceId, 'lookup conversationSpace'],
    [traceId, 'POST /v1.0/convFile/conversations/spaces/query'],
  ]);
  expect(spans[0]?.parentSpanId).toBe(parentId);
  expect(answered).toEqual([expect.objectContaining({ traceId })]);
  expect(sent).toEqual([expect.not.objectContaining({ traceparent: expect.anything() })]);
});

test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
  ['whose traceparent is not sampled', unsampled, {}],
  ['outside the share', {}, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
  ['without a sampled parent', {}, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }],
  ['while traces are off', sampled, { OTEL_TRACES_SAMPLER: 'always_off' }],
])('a request %s has no spans', async (_which, headers, environment) => {
  const { spans } = await spansOf(headers, environment);

  expect(spans).toEqual([]);
});

test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
  ['is not sampled, where the sampler does not ask', unsampled, { OTEL_TRACES_SAMPLER: 'always_on' }],
  ['is sampled, where nothing else is', sampled, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }],
])('a request whose traceparent %s has its spans', async (_which, headers, environment) => {
  const { spans } = await spansOf(headers, environment);

  expect(spans.map((span) => span.traceId)).toEqual([traceId, traceId, traceId, traceId]);
});

test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
  ['without tracecontext', sampled, { OTEL_PROPAGATORS: 'none' }],
  ['with an id of zeros', { traceparent: `00-${'0'.repeat(32)}-${parentId}-01` }, {}],
  ['with capitals', { traceparent: sampled.traceparent.toUpperCase() }, {}],
  ['of version ff', { traceparent: sampled.traceparent.replace('00', 'ff') }, {}],
  ['with more than its version has', { traceparent: `${sampled.traceparent}-more` }, {}],
  ['twice', { traceparent: `${sampled.traceparent}, ${sampled.traceparent}` }, {}],
])('a traceparent %s is ignored', async (_which, headers, environment) => {
  const { spans } = await spansOf(headers, environment);

  expect(spans).toHaveLength(4);
  expect(spans[0]).toMatchObject({ name: 'POST /graphql' });
  expect([spans[0]?.parentSpanId ?? '', spans[0]?.traceId === traceId]).toEqual(['', false]);
});

test('a traceparent of a later version may have more', async () => {
  const { spans } = await spansOf({ traceparent: `01-${traceId}-${parentId}-01-more` }, {});

  expect(spans[0]).toMatchObject({ traceId, parentSpanId: parentId });
});

/** Everything that a client and DingTalk may say in confidence: ids, people, credentials, links, names, query texts. */
const secret = 'confidential';
const spaceId = demoSpaceId('cid.demo.confidential');
const dentryId = demoDentryId(spaceId, 5);
const queries: readonly [query: string, variables?: object][] = [
  [lookup, { id: `cid.demo.${secret}` }],
  [lookup, { id: `cid.demo.${secret}` }],
  [`{ conversationSpace(openConversationId: "cid.demo.${secret}.literal") { spaceId } }`],
  [
    `query ($s: ID!, $d: ID!) {
      space(spaceId: $s) { name dentries(first: 2) { pageInfo { endCursor } nodes { name thumbnail { url } } } }
      dentry(spaceId: $s, dentryId: $d) { name path preview { url } download { urls headers { value } } }
    }`,
    { s: spaceId, d: dentryId },
  ],
  [`{ conversationByChatId(chatId: "chat.demo.${secret}") { openConversationId } }`],
  [`{ dentry(spaceId: "${spaceId}", dentryId: "${secret}/../x") { name } }`],
  [`{ ${secret} }`],
  [`query { conversationSpace(openConversationId: "${secret}`],
];

test('no exported byte has an id, a person, a credential, a link, a name or a text of a query', async () => {
  await using receiver = await startOtlpReceiver();
  const gateway = await startGateway({
    environment: {
      ...manyViewers,
      ROUTER_SECRET: `secret-of-the-router-${secret}`,
      CACHE_TTL_MS: '60000',
      ...exportingTo(receiver),
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`,
    },
  });
  const { upstream } = gateway;
  const headers = {
    'x-router-secret': `secret-of-the-router-${secret}`,
    'x-dingtalk-union-id': `union.${secret}`,
    'x-dingtalk-corp-id': 'ding1234xxxxx',
    'x-request-id': secret,
    tracestate: `vendor=${secret}`,
    baggage: `user=${secret}`,
    'user-agent': secret,
  };
  upstream.addFault('conversationSpace', { kind: 'answer', status: 418, body: `{"code":"${secret}"}` }, 1);
  const answers: string[] = [];
  for (const [query, variables] of queries) {
    const { body } = await gateway.query(query, { ...variables }, headers);
    answers.push(JSON.stringify(body));
  }
  await fetch(`${gateway.url}/graphql?query=${secret}`, { headers });
  await gateway.query(lookup, { id: 'cid.demo.a' }, { ...headers, 'x-router-secret': `${secret}-wrong` });
  await gateway.close();

  const links = answers.join('').match(/https?:[^"\\]+/g) ?? [];
  expect(links.length).toBeGreaterThan(2);
  const exported = receiver.exports.map(({ bytes }) => bytes.toString()).join('\n');
  expect(exported).toContain('lookup downloadInfo');
  expect(exported).toContain('dingtalk_gateway_lookups_total');
  const { appKey, appSecret } = sandboxCredentials;
  const tokens = upstream.calls.map((call) => String(call.headers['x-acs-dingtalk-access-token'] ?? ''));
  const forbidden = [secret, spaceId, dentryId, 'ding1234xxxxx', appKey, appSecret, ...links, ...tokens];
  expect(forbidden.filter((text) => text !== '' && exported.includes(text))).toEqual([]);
});

test('the metrics of /metrics are exported, with the same values', async () => {
  await using receiver = await startOtlpReceiver();
  const gateway = await startGateway({ environment: exportingTo(receiver) });
  await gateway.query(lookup, { id: 'cid.demo.a' });
  const { described, samples } = await scrape(gateway.url);
  await gateway.close();

  const { path, bytes } = await receiver.firstExport('/v1/metrics');
  const [{ resource, scopeMetrics }] = JSON.parse(bytes.toString()).resourceMetrics;
  const metrics = new Map<string, any>(scopeMetrics[0].metrics.map((metric: any) => [metric.name, metric]));
  expect(path).toBe('/v1/metrics');
  expect(attributesOf(resource.attributes)).toMatchObject({ 'service.name': 'dingtalk-graphql-gateway' });
  const exported = new Set([...samples.keys()].map((sample) => sample.replace(/\{.*/, '')));
  const expected = [...described.keys()].filter(
    (name) => exported.has(name) || exported.has(`${name}_count`),
  );
  expect(expected.filter((name) => !metrics.has(name))).toEqual([]);

  const lookups = metrics.get('dingtalk_gateway_lookups_total');
  expect(lookups).toMatchObject({
    description: expect.any(String),
    sum: { isMonotonic: true, aggregationTemporality: 2 },
  });
  expect(
    lookups.sum.dataPoints.map((point: any) => [attributesOf(point.attributes), point.asDouble]),
  ).toEqual([[{ api: 'conversationSpace', source: 'upstream', stale: 'false', outcome: 'ok' }, 1]]);
  const requests = metrics.get('dingtalk_gateway_http_request_duration_seconds');
  const graphql = requests.histogram.dataPoints.find(
    ({ attributes }: any) => attributesOf(attributes)['route'] === '/graphql',
  );
  expect(requests.unit).toBe('s');
  expect([Number(graphql.count), graphql.explicitBounds.length]).toEqual([1, 11]);
  expect(graphql.bucketCounts.map(Number).reduce((sum: number, each: number) => sum + each)).toBe(1);
  expect(metrics.get('process_resident_memory_bytes')).toMatchObject({
    unit: 'By',
    gauge: expect.anything(),
  });
});

test('by default the collector gets protobuf, with the headers and below the path of the configuration', async () => {
  await using receiver = await startOtlpReceiver();
  const gateway = await startGateway({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/tenant`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi',
      OTEL_SERVICE_NAME: 'files of the company',
    },
  });
  await gateway.query(lookup, { id: 'cid.demo.a' });
  await gateway.close();

  const of = (path: string): string[] =>
    receiver.exports
      .filter((each) => each.path === path)
      .map(
        ({ headers, bytes }) =>
          `${headers['content-type']} ${headers['authorization']} ${bytes.toString('latin1')}`,
      );
  expect(of('/tenant/v1/traces').join('')).toMatch(
    /^application\/x-protobuf Basic YTpi .*files of the company.*lookup conversationSpace/s,
  );
  expect(of('/tenant/v1/metrics').join('')).toMatch(
    /^application\/x-protobuf Basic YTpi .*files of the company.*dingtalk_gateway_lookups_total/s,
  );
});

/** What /metrics says of the spans so far, by outcome. */
async function spanCounts({ url }: GatewayUnderTest): Promise<Record<string, number>> {
  const { samples } = await scrape(url);
  return Object.fromEntries(
    ['exported', 'failed', 'dropped'].map((outcome) => [
      outcome,
      samples.get(`dingtalk_gateway_spans_total{outcome="${outcome}"}`) ?? NaN,
    ]),
  );
}

const linesOf = ({ log }: GatewayUnderTest): unknown[] =>
  log.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith('OpenTelemetry: spans'));

/** Spans only, in batches of four. */
const smallBatches = {
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
  OTEL_BSP_MAX_QUEUE_SIZE: '8',
};

test('a collector that hangs costs spans, beyond the queue, but no answer and one second of the stop', async () => {
  const unanswered: ServerResponse[] = [];
  await using receiver = await startOtlpReceiver((response) => void unanswered.push(response));
  const clock = createManualClock();
  const gateway = await startGateway({ clock, environment: { ...exportingTo(receiver), ...smallBatches } });

  for (let count = 0; count < 10; count += 1) {
    const { body } = await gateway.query(lookup, { id: `cid.demo.${count}` });
    expect(body.data).toBeDefined();
  }
  await receiver.firstExport('/v1/traces');

  // Of 41, one for the token: four are on their way, and eight wait.
  await eventually(async () => (await spanCounts(gateway))['dropped'] === 29);
  expect(await spanCounts(gateway)).toEqual({ exported: 0, failed: 0, dropped: 29 });
  // The count of the month waits for a second, too.
  clock.advance(1000);
  let isClosed = false;
  const closing = gateway.close().then(() => (isClosed = true));
  await clock.waitForTimer(1000);
  expect(isClosed).toBe(false);
  clock.advance(1000);
  await closing;
  // Ends what would be tried again: the first batch, and those of the stop.
  await eventually(() => unanswered.length === 3);
  await Promise.all(unanswered.map((response) => once(response.writeHead(400).end(), 'finish')));
});

test('a collector that cannot be reached is one line of the log', async () => {
  const unused = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => unused.once('listening', resolve));
  const { port } = unused.address() as { port: number };
  await new Promise((resolve) => unused.close(resolve));
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: {
      ...exportingTo({ url: `http://127.0.0.1:${port}` }),
      ...smallBatches,
      // Too short for another attempt.
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    },
  });

  for (let count = 1; count <= 3; count += 1) {
    await gateway.query(lookup, { id: `cid.demo.${count}` });
    await eventually(async () => (await spanCounts(gateway))['failed'] === count * 4);
  }

  expect(linesOf(gateway)).toEqual([
    expect.objectContaining({
      level: 'warn',
      reason: 'ECONNREFUSED',
      msg: 'OpenTelemetry: spans are not exported, and lost',
    }),
  ]);
  await gateway.close();
});

test('the log says when the collector takes spans again, and never what the collector says', async () => {
  let status = 400;
  await using receiver: OtlpReceiver = await startOtlpReceiver((response) => {
    response.writeHead(status, 'your key is confidential').end('your key is confidential');
  });
  const gateway = await startGateway({
    environment: {
      ...exportingTo(receiver),
      ...smallBatches,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=confidential',
    },
  });

  await gateway.query(lookup, { id: 'cid.demo.a' });
  await eventually(async () => (await spanCounts(gateway))['failed'] === 4);
  status = 200;
  await gateway.query(lookup, { id: 'cid.demo.b' });
  await eventually(async () => (await spanCounts(gateway))['exported'] === 4);

  expect(linesOf(gateway)).toEqual([
    expect.objectContaining({ level: 'warn', reason: 'HTTP 400' }),
    expect.objectContaining({ level: 'info', msg: 'OpenTelemetry: spans are exported again' }),
  ]);
  await gateway.close();
  expect(gateway.log.filter((line) => line.includes('confidential'))).toEqual([]);
});
