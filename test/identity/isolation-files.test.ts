import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis as Client } from 'ioredis';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';
import { deny, expectedData, history, queryOf, spaceIdOf, viewers } from './isolation-files.ts';

const everything = {
  CACHE_TTL_MS: '60000',
  CACHE_LIST_TTL_MS: '60000',
  CACHE_STALE_MS: '600000',
  CACHE_NEGATIVE_TTL_MS: '60000',
};
const trusting = {
  VIEWER_AUTH: 'router',
  ROUTER_SECRET: 'secret',
  DINGTALK_CORP_ID: viewers[0].corpId,
  VIEWER_LOG_KEY: 'key',
};

let run = 0;

/** Plays random histories on two replicas over the upstream of the first. */
async function checkHistories(replicas: readonly [GatewayUnderTest, GatewayUnderTest]): Promise<void> {
  const [{ upstream }] = replicas;
  await fc.assert(
    fc.asyncProperty(history, async ({ denials, requests }) => {
      run += 1;
      const name = String(run);
      const isDenied = deny(upstream, name, denials);
      upstream.clearCalls();

      const underWay: Promise<Answer>[] = [];
      for (const request of requests) {
        if (request.afterTheOthers) await Promise.all(underWay);
        upstream.setLatency(request.latencyMs);
        const { unionId, corpId } = request.viewer;
        underWay.push(
          (replicas[request.replica] ?? replicas[0]).query(
            queryOf(name, request),
            {},
            {
              'x-router-secret': 'secret',
              'x-dingtalk-union-id': unionId,
              'x-dingtalk-corp-id': corpId,
            },
          ),
        );
      }
      const answers = await Promise.all(underWay);

      for (const [index, request] of requests.entries()) {
        const { data, errors = [] } = answers[index]?.body ?? {};
        expect(data).toEqual(expectedData(name, request, isDenied, upstream.url));
        for (const { extensions } of errors) expect(extensions.code).toBe('FORBIDDEN');
      }
      const wanted = new Set(
        requests.map(({ viewer, space }) => `${viewer.unionId} ${spaceIdOf(name, space)}`),
      );
      for (const { api, path, query } of upstream.calls) {
        if (api.endsWith('Token') || api === 'accessToken') continue;
        expect(wanted).toContain(`${query['unionId']} ${path.split('/')[4]}`);
      }
    }),
    { numRuns: 25 },
  );
}

const start = (environment: NodeJS.ProcessEnv, upstream?: string): Promise<GatewayUnderTest> =>
  startGateway({
    environment: {
      ...trusting,
      ...environment,
      ...(upstream !== undefined && { DINGTALK_API_URL: upstream }),
    },
  });

test.each([
  ['remembering nothing', {}],
  ['remembering everything', everything],
])(
  'in any order of requests, %s, no viewer sees a file that is denied to them',
  async (_what, environment) => {
    await using one = await start(environment);
    await using other = await start(environment, one.upstream.url);

    await checkHistories([one, other]);
  },
  60_000,
);

testWithRedis(
  'the same where replicas share what they remember',
  async () => {
    await using redis = await startRedis();
    const environment = { ...everything, REDIS_URL: redis.url };
    await using one = await start(environment);
    await using other = await start(environment, one.upstream.url);

    await checkHistories([one, other]);

    const client = new Client(redis.url);
    const keys = (await client.keys('*')).filter((key) => key.includes(':lookup:'));
    client.disconnect();
    expect(keys.length).toBeGreaterThan(100);
  },
  60_000,
);
