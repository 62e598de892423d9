import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drawDashboard } from '../../scripts/soak/draw-dashboard.ts';
import type { Series } from '../../scripts/support/prometheus-process.ts';
import { eventually } from '../support/eventually.ts';
import { startPrometheus, testWithPrometheus } from '../support/prometheus.ts';
import { dashboard, metricsIn, panelQueries, seriesTypes } from '../support/queries.ts';
import { startRedis } from '../support/redis-server.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const key = '5d41402abc4b2a76b9719d911017c592';
const headers = { 'x-api-key': key };
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Some of everything: answers, cached ones, refusals, failures and retries of DingTalk, a refused document. */
async function load(gateway: GatewayUnderTest, round: number): Promise<void> {
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' }, 4);
  const ids = [`cid.demo.${round}`, `cid.demo.${round}`, `cid.none.${round}`, `cid.demo.more.${round}`];
  for (const id of [...ids, ...ids]) await gateway.query(lookup, { id }, headers);
  await gateway.query('{ nothing }', {}, headers);
}

testWithPrometheus(
  'every query of the dashboard and every rule gives data of a real gateway in a real Prometheus',
  async () => {
    await using redis = await startRedis();
    const environment = {
      REDIS_URL: redis.url,
      CACHE_TTL_MS: '1',
      CACHE_STALE_MS: '60000',
      DINGTALK_MONTHLY_QUOTA: '5000',
      GATEWAY_API_KEYS: `web=${key}`,
      // Nothing listens there: spans are lost, and counted.
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    await using gateway = await startGateway({ environment });
    await using prometheus = await startPrometheus([new URL(gateway.url).host]);
    const ask = (expr: string): Promise<readonly Series[]> =>
      prometheus.query(expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'));

    // A rate needs two scrapes, and what is counted between them.
    let empty: string[] = [];
    let round = 0;
    await eventually(async () => {
      await load(gateway, (round += 1));
      const answers = await Promise.all(
        panelQueries.map(async ({ title, expr }) =>
          (await ask(expr)).length > 0 ? [] : [`${title}: ${expr}`],
        ),
      );
      empty = answers.flat();
      return empty.length === 0;
    }).catch((error: unknown) => {
      if (empty.length === 0) throw error;
    });
    expect(empty).toEqual([]);
    for (const { expr } of panelQueries) await ask(expr);

    await eventually(async () => (await prometheus.rules()).every(({ health }) => health !== 'unknown'));
    expect((await prometheus.rules()).filter(({ health }) => health !== 'ok')).toEqual([]);
    const [hitRate] = await ask(panelQueries.find(({ title }) => title === 'Hit rate')?.expr ?? '');
    expect(Number(hitRate?.values[0]?.[1])).toBeGreaterThan(0);
    const picture = path.join(folder, 'dashboard.png');
    await drawDashboard(prometheus, 10, picture);
    expect((await readFile(picture)).subarray(1, 4).toString()).toBe('PNG');
  },
  60_000,
);

test('the dashboard asks only for metrics that there are, and for rates of counters only', () => {
  const types = seriesTypes();
  const expressions = panelQueries.map(({ expr }) => expr).join('\n');
  const increasing = expressions.matchAll(/\b(?:rate|increase)\((\w+)/g);
  const counters = [...types].filter(
    ([name, type]) => type === 'counter' && name.startsWith('dingtalk_gateway_'),
  );

  expect(metricsIn(expressions).filter((name) => !types.has(name))).toEqual([]);
  expect(Array.from(increasing, ([, name = '']) => types.get(name)).filter((it) => it !== 'counter')).toEqual(
    [],
  );
  // A count since the start says nothing: no panel shows one as it is.
  expect(
    counters.filter(([name]) => new RegExp(`(?<!rate\\(|increase\\()\\b${name}\\b`).test(expressions)),
  ).toEqual([]);
});

test('the dashboard has a panel for every metric of the gateway', () => {
  const shown = panelQueries.flatMap(({ expr }) => metricsIn(expr)).join(' ');
  const own = [...seriesTypes().keys()].filter((name) => name.startsWith('dingtalk_gateway_'));
  const metrics = new Set(own.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));

  expect(
    [...metrics].filter((name) => !new RegExp(`\\b${name}(?:_bucket|_sum|_count)?\\b`).test(shown)),
  ).toEqual([]);
});

test('every panel has an id, a place, words and a unit, and asks the chosen data source', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  const cells = dashboard.panels.flatMap(({ id, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => ({ id, cell: `${x + (at % w)}/${y + Math.floor(at / w)}` })),
  );
  const source = { type: 'prometheus', uid: '${datasource}' };

  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(cells.map(({ cell }) => cell)).size).toBe(cells.length);
  expect(cells.filter(({ cell }) => Number(cell.split('/')[0]) > 23)).toEqual([]);
  expect(panels.filter(({ title, description = '' }) => title === '' || description.length < 10)).toEqual([]);
  expect(panels.filter(({ fieldConfig }) => fieldConfig?.defaults.unit === undefined)).toEqual([]);
  for (const { datasource, targets = [] } of panels) {
    expect([datasource, ...targets.map((target) => target.datasource)]).toEqual([
      source,
      ...targets.map(() => source),
    ]);
    expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C', 'D'].slice(0, targets.length));
  }
});

test('every query asks for the chosen replicas', () => {
  const asked = panelQueries.flatMap(({ title, expr }) =>
    metricsIn(expr).length === expr.split('instance=~"$instance"').length - 1 ? [] : [`${title}: ${expr}`],
  );

  expect(asked).toEqual([]);
});
