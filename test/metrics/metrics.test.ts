import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import { version } from '../../src/domain/version.ts';
import { definitions } from '../../src/observability/metrics/definitions.ts';
import type { GatewayStatus } from '../../src/observability/metrics/set-gauges.ts';
import { createMetrics, type Metrics } from '../../src/observability/metrics/metrics.ts';
import { registerMetrics } from '../../src/server/metrics.route.ts';
import { createMemoryMonthStore } from '../../src/observability/metrics/month-store.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';
import { parseScrape, samplesOf, scrape, type Scrape } from './scrape.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const names = Object.values(definitions).map(({ name }) => name);

/** Metrics behind a route, without a gateway. */
function serve(options: { monthlyQuota?: number; status?: GatewayStatus } = {}): {
  metrics: Metrics;
  read(): Promise<Scrape>;
} {
  const metrics = createMetrics({
    clock: createManualClock(),
    monthStore: createMemoryMonthStore(() => 0),
    redis: undefined,
    corpLabelKey: 'app-key',
    monthlyQuota: options.monthlyQuota,
    version: '1.2.3',
  });
  if (options.status) metrics.watch(options.status);
  const app = fastify();
  registerMetrics(app, metrics);
  return {
    metrics,
    async read() {
      const { payload } = await app.inject('/metrics');
      return parseScrape(payload);
    },
  };
}

test('exports every metric of the table with its type and help, and otherwise only those of Node', async () => {
  await using gateway = await startGateway();

  const { described } = await scrape(gateway.url);

  const own = [...described].filter(([name]) => !/^(?:nodejs|process)_/.test(name));
  expect(Object.fromEntries(own)).toEqual(
    Object.fromEntries(Object.values(definitions).map(({ name, type, help }) => [name, { type, help }])),
  );
  expect(described.get('process_resident_memory_bytes')).toBeDefined();
  expect(described.get('nodejs_eventloop_lag_p99_seconds')).toBeDefined();
});

test('answers in the text format of Prometheus, with no-store', async () => {
  await using gateway = await startGateway();

  const { headers } = await fetch(`${gateway.url}/metrics`);

  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(headers.get('cache-control')).toBe('private, no-store');
});

test('two gateways in one process count separately', async () => {
  await using one = await startGateway();
  await using two = await startGateway();
  await one.query('{ __typename }');

  const counts = [await scrape(one.url), await scrape(two.url)].map((scraped) =>
    samplesOf(scraped, 'dingtalk_gateway_http_request_duration_seconds_count'),
  );

  expect(counts).toEqual([{ '{route="/graphql",method="POST",status="200"}': 1 }, {}]);
});

test('counts requests by route, method and status, without labels for unknown ones', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, { id: 'cid.demo.secret' });
  await fetch(`${gateway.url}/healthz?id=secret`);
  await fetch(`${gateway.url}/secret/path`);
  await fetch(`${gateway.url}/graphql`, { method: 'PROPFIND' });

  const scraped = await scrape(gateway.url);

  expect(samplesOf(scraped, 'dingtalk_gateway_http_request_duration_seconds_count')).toEqual({
    '{route="/graphql",method="POST",status="200"}': 1,
    '{route="/healthz",method="GET",status="200"}': 1,
    '{route="none",method="GET",status="404"}': 1,
    '{route="none",method="other",status="405"}': 1,
  });
  expect(scraped.text).not.toContain('secret');
});

test('exports the age of the token', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  expect(samplesOf(await scrape(gateway.url), 'dingtalk_gateway_token_age_seconds')).toEqual({});
  await gateway.query(lookup, { id: 'cid.demo.a' });
  clock.advance(90_000);

  const scraped = await scrape(gateway.url);

  expect(samplesOf(scraped, 'dingtalk_gateway_token_age_seconds')).toEqual({ '{corp="own"}': 90 });
});

test('an organization is labelled by a keyed hash, the same in every replica', async () => {
  const environment = { DINGTALK_CORP_ID: 'ding1234xxxxx' };
  const labels: string[] = [];
  for (let replica = 0; replica < 2; replica += 1) {
    await using gateway = await startGateway({ environment });
    await gateway.query(lookup, { id: 'cid.demo.a' });
    const scraped = await scrape(gateway.url);
    expect(scraped.text).not.toContain('ding1234');
    labels.push(...Object.keys(samplesOf(scraped, 'dingtalk_gateway_token_age_seconds')));
  }

  expect(labels[0]).toMatch(/^\{corp="[\w-]{16}"\}$/);
  expect(labels[1]).toBe(labels[0]);
});

test('counts lookups by source', async () => {
  const { metrics, read } = serve();
  const ended = { api: 'conversationSpace', stale: false, failure: undefined };
  metrics.observer.lookupEnded({ ...ended, source: 'upstream' });
  metrics.observer.lookupEnded({ ...ended, source: 'memory' });
  metrics.observer.lookupEnded({ ...ended, source: 'memory', stale: true });
  metrics.observer.lookupEnded({ ...ended, source: 'flight', failure: 'forbidden' });

  const scraped = await read();

  expect(samplesOf(scraped, 'dingtalk_gateway_lookups_total')).toEqual({
    '{api="conversationSpace",source="upstream",stale="false",outcome="ok"}': 1,
    '{api="conversationSpace",source="memory",stale="false",outcome="ok"}': 1,
    '{api="conversationSpace",source="memory",stale="true",outcome="ok"}': 1,
    '{api="conversationSpace",source="flight",stale="false",outcome="forbidden"}': 1,
  });
});

test('counts calls by code, attempts and waits; an undocumented code is `other`', async () => {
  const { metrics, read } = serve();
  const api = 'conversationSpace';
  for (const code of ['ok', 'ok', 'permissionDenied', 'timeout', 'cid9FTRQSLo', '__proto__']) {
    metrics.observer.callEnded({
      api,
      code,
      documented: code === 'permissionDenied',
      corpId: undefined,
      ms: 30,
    });
  }
  metrics.observer.attemptsEnded({ api, attempts: 2 });
  metrics.observer.turnEnded({ api, waitMs: 300 });

  const scraped = await read();

  expect(samplesOf(scraped, 'dingtalk_gateway_upstream_calls_total')).toEqual({
    '{api="conversationSpace",code="ok"}': 2,
    '{api="conversationSpace",code="permissionDenied"}': 1,
    '{api="conversationSpace",code="timeout"}': 1,
    '{api="conversationSpace",code="other"}': 2,
  });
  expect(samplesOf(scraped, 'dingtalk_gateway_upstream_attempts_bucket')).toEqual({
    '{le="0",api="conversationSpace"}': 0,
    '{le="1",api="conversationSpace"}': 0,
    '{le="2",api="conversationSpace"}': 1,
    '{le="3",api="conversationSpace"}': 1,
    '{le="+Inf",api="conversationSpace"}': 1,
  });
  expect(samplesOf(scraped, 'dingtalk_gateway_queue_wait_seconds_sum')).toEqual({
    '{api="conversationSpace"}': 0.3,
  });
  expect(samplesOf(scraped, 'dingtalk_gateway_upstream_call_duration_seconds_bucket')).toMatchObject({
    '{le="0.025",api="conversationSpace"}': 0,
    '{le="0.05",api="conversationSpace"}': 6,
  });
});

test('samples gauges at scrape time', async () => {
  const { read } = serve({
    status: {
      dingtalk: {
        breakerState: 'half-open',
        ipBanLeftMs: () => 2500,
        spentQuotas: () => ['ding1'],
        hasToken: () => true,
        rateLimiters: () => [
          { api: 'conversationSpace', queued: 3, inFlight: 20, placesLeft: 0, callsPerSecond: 10 },
        ],
        tokenAges: () => [{ corpId: undefined, ageMs: 1500 }],
      },
      cached: () => ({ entries: 42, bytes: 4200 }),
      isReady: () => false,
    },
  });

  const scraped = await read();

  expect(samplesOf(scraped, 'dingtalk_gateway_queue_depth')).toEqual({ '{api="conversationSpace"}': 3 });
  expect(samplesOf(scraped, 'dingtalk_gateway_upstream_calls_in_flight')).toEqual({
    '{api="conversationSpace"}': 20,
  });
  expect(samplesOf(scraped, 'dingtalk_gateway_budget_left')).toEqual({ '{api="conversationSpace"}': 0 });
  expect(samplesOf(scraped, 'dingtalk_gateway_rate_limit')).toEqual({ '{api="conversationSpace"}': 10 });
  expect(samplesOf(scraped, 'dingtalk_gateway_breaker_state')).toEqual({
    '{state="closed"}': 0,
    '{state="open"}': 0,
    '{state="half-open"}': 1,
  });
  expect(samplesOf(scraped, 'dingtalk_gateway_ready')).toEqual({ '': 0 });
  expect(samplesOf(scraped, 'dingtalk_gateway_ip_ban_seconds')).toEqual({ '': 2.5 });
  expect(Object.values(samplesOf(scraped, 'dingtalk_gateway_quota_spent'))).toEqual([1]);
  expect(samplesOf(scraped, 'dingtalk_gateway_cache_entries')).toEqual({ '': 42 });
  expect(samplesOf(scraped, 'dingtalk_gateway_cache_bytes')).toEqual({ '': 4200 });
  expect(samplesOf(scraped, 'dingtalk_gateway_token_age_seconds')).toEqual({ '{corp="own"}': 1.5 });
});

test('gauges without a reader are omitted, not zero', async () => {
  const { samples } = await serve().read();

  expect([...samples.keys()].filter((sample) => names.includes(sample))).toEqual([
    'dingtalk_gateway_month_count_complete',
    'dingtalk_gateway_memory_limit_bytes',
  ]);
  expect(samples.get('dingtalk_gateway_memory_limit_bytes')).toBeGreaterThan(2 ** 20);
  expect(samples.get('dingtalk_gateway_memory_limit_bytes')).toBeLessThanOrEqual(totalmem());
});

test('the version is that of package.json', async () => {
  expect(JSON.parse(await readFile('package.json', 'utf8'))).toMatchObject({ version });
});

test('names the version of the gateway and of Node', async () => {
  const labels = `{version="1.2.3",node="${process.versions.node}"}`;

  expect(samplesOf(await serve().read(), 'dingtalk_gateway_build_info')).toEqual({ [labels]: 1 });
});

test('a thousand organizations have their own label; all others share one', async () => {
  const { metrics, read } = serve();
  for (let corp = 0; corp < 1200; corp += 1) {
    metrics.observer.callEnded({
      api: 'conversationSpace',
      code: 'ok',
      documented: false,
      corpId: `ding${corp}`,
      ms: 30,
    });
  }

  const corps = samplesOf(await read(), 'dingtalk_gateway_month_calls');

  expect(Object.keys(corps)).toHaveLength(1001);
  expect(corps['{corp="other"}']).toBe(200);
});

test('measures the calls of the month against the quota', async () => {
  const { metrics, read } = serve({ monthlyQuota: 8 });
  const refused = 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi';
  for (const code of ['ok', 'timeout', refused, 'rate-limited', 'unavailable']) {
    metrics.observer.callEnded({
      api: 'conversationSpace',
      code,
      documented: code === refused,
      corpId: undefined,
      ms: 30,
    });
  }

  const scraped = await read();

  expect(samplesOf(scraped, 'dingtalk_gateway_month_calls')).toEqual({ '{corp="own"}': 2 });
  expect(samplesOf(scraped, 'dingtalk_gateway_month_quota')).toEqual({ '': 8 });
  expect(samplesOf(scraped, 'dingtalk_gateway_month_quota_used_ratio')).toEqual({ '{corp="own"}': 0.25 });
});
