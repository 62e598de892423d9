import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLoad } from '../../bench/load/run-load.ts';
import { points, targetOf, ticketFile } from '../../bench/scale/points.ts';
import { workloadsOf } from '../../bench/scale/workloads.ts';
import { targets } from '../../bench/targets.ts';
import { startUpstreamServer, type UpstreamServer } from '../../bench/upstream/server.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const thirty = points.find(({ name }) => name === '30 organizations')!;
const point = { ...thirty, ids: 120, viewers: 60 };

let upstream: UpstreamServer;
let folder: string;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  upstream = await startUpstreamServer();
  folder = await mkdtemp(join(tmpdir(), 'bench-organizations-'));
  await writeFile(join(folder, ticketFile), sandboxCredentials.suiteTicket);
  const target = targetOf(
    point,
    targets.find(({ name }) => name === 'gateway-cache')!,
  );
  const {
    NODE_ENV: _environment,
    LOG_LEVEL: _level,
    HOST: _host,
    PORT: _port,
    ...environment
  } = target.environment({ port: 0, upstreamUrl: upstream.url, redisUrl: '', folder });
  gateway = await startGateway({
    environment: {
      DINGTALK_APP_KEY: undefined,
      DINGTALK_APP_SECRET: undefined,
      DINGTALK_OPERATOR_UNION_ID: undefined,
      ...environment,
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
  await rm(folder, { recursive: true });
});

test("a cold lookup of each of thirty organizations is one call, with that organization's token, and a hot one none", async () => {
  const { cold, hot } = workloadsOf(point, 1);
  upstream.begin(0);
  using load = await openLoad({
    ports: [Number(new URL(gateway.url).port)],
    dialect: 'graphql',
    concurrency: point.concurrency,
    lookupsPerOperation: 1,
    isRefused: () => false,
  });
  const play = async (workload: typeof cold, operations: number) => {
    const source = workload.source('');
    let left = operations;
    return await load.run(() => {
      left -= 1;
      return left < 0 ? undefined : source();
    });
  };

  // A space names the organization whose token asked for it: each is compared with the viewer's.
  expect(await play(cold, point.ids)).toMatchObject({ operations: point.ids, faults: [] });
  expect(upstream.counts()).toEqual({ calls: point.ids, foreign: 0 });
  expect(await play(hot, 500)).toMatchObject({ operations: 500, faults: [] });
  expect(upstream.counts()).toEqual({ calls: point.ids, foreign: 0 });
});
