import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routerSecret } from '../../bench/load/dialect.ts';
import { openLoad, type LoadResult } from '../../bench/load/run-load.ts';
import { startUpstreamServer, type UpstreamServer } from '../../bench/upstream/server.ts';
import { fileWorkloads } from '../../bench/workloads.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const operations = 8;
const cacheOn = { CACHE_TTL_MS: '3600000', CACHE_LIST_TTL_MS: '3600000' };

let upstream: UpstreamServer;
beforeAll(async () => {
  upstream = await startUpstreamServer();
});
afterAll(() => upstream.close());

const start = (settings: Readonly<Record<string, string>>): Promise<GatewayUnderTest> =>
  startGateway({
    environment: {
      DINGTALK_API_URL: upstream.url,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: routerSecret,
      ...settings,
    },
  });

/** Some operations of a workload, as the benchmark sends and checks them. */
async function play(gateway: GatewayUnderTest, name: string, seed: string): Promise<LoadResult> {
  const workload = fileWorkloads.find((each) => each.name === name)!;
  const source = workload.source(seed);
  using load = await openLoad({
    ports: [Number(new URL(gateway.url).port)],
    dialect: 'graphql',
    concurrency: workload.concurrency,
    lookupsPerOperation: workload.lookupsPerOperation,
    isRefused: () => false,
  });
  let left = operations;
  return await load.run(() => {
    left -= 1;
    return left < 0 ? undefined : source();
  });
}

describe.each([
  ['without a cache', {}],
  ['with a cache, as every space is new', cacheOn],
])('the gateway %s', (_name, settings) => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await start(settings);
  });
  afterAll(() => gateway.close());

  test.each([
    ['W8', 3, 'a list, and thirty and twenty thumbnails'],
    ['W9', 2, 'thirty files, and thirty more'],
  ])('%s takes %s calls an operation: %s', async (name, calls) => {
    upstream.begin(0);

    const result = await play(gateway, name, `${name}.${Object.keys(settings).length}`);

    expect(result).toMatchObject({ operations, faultCount: 0, faults: [] });
    expect(upstream.counts()).toEqual({ calls: operations * calls, foreign: 0 });
  });
});
