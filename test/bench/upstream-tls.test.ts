import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routerSecret } from '../../bench/load/dialect.ts';
import { openLoad } from '../../bench/load/run-load.ts';
import { startUpstreamServer, type UpstreamServer } from '../../bench/upstream/server.ts';
import { coldLookups, workloads } from '../../bench/workloads.ts';
import { selfSigned } from '../support/self-signed.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const usual = tls.getCACertificates('default');
let upstream: UpstreamServer;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  tls.setDefaultCACertificates([...usual, selfSigned.cert]);
  upstream = await startUpstreamServer();
  gateway = await startGateway({
    environment: {
      DINGTALK_API_URL: upstream.tlsUrl,
      DINGTALK_QPS: '10000',
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: routerSecret,
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  tls.setDefaultCACertificates(usual);
});

/** Operations of a workload, as the benchmark sends and checks them. */
async function play(workload: (typeof workloads)[number], seed: string, operations: number) {
  const source = workload.source(seed);
  const { concurrency, lookupsPerOperation } = workload;
  const ports = [Number(new URL(gateway.url).port)];
  using load = await openLoad({
    ports,
    dialect: 'graphql',
    concurrency,
    lookupsPerOperation,
    isRefused: () => false,
  });
  let left = operations;
  return await load.run(() => {
    left -= 1;
    return left < 0 ? undefined : source();
  });
}

test('the stand-in counts the connections over TLS, and those that resume their session', async () => {
  const concurrency = 32;
  upstream.begin(0);
  expect(await play(coldLookups(concurrency), 'first', 200)).toMatchObject({ operations: 200, faults: [] });
  const first = upstream.connections();
  expect(upstream.counts()).toEqual({ calls: 200, foreign: 0 });

  upstream.begin(0);
  await play(coldLookups(concurrency), 'kept', 200);
  const kept = upstream.connections();

  expect(first.opened).toBeGreaterThan(0);
  expect(first.opened).toBeLessThanOrEqual(concurrency);
  expect(first.opened + kept.opened).toBeLessThanOrEqual(concurrency);
  expect(kept.resumed).toBe(kept.opened);
});

test('one wave is twenty-five calls an operation', async () => {
  const wave = workloads.find(({ name }) => name === 'W2-wave')!;
  upstream.begin(0);

  expect(await play(wave, 'wave', 4)).toMatchObject({ operations: 4, faults: [] });

  expect(upstream.counts()).toEqual({ calls: 100, foreign: 0 });
});
