import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { createLimitersInUse } from '../../src/dingtalk/pacing/limiters-in-use.ts';
import { createRateLimiter } from '../../src/dingtalk/pacing/rate-limiter.ts';
import { Deadline } from '../../src/async/deadline.ts';
import { startThirdParty } from '../graph/files/third-party.ts';
import { advanceUntil, createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import type { Answer, GatewayUnderTest } from '../support/start-gateway.ts';
import { mostInASecond } from './most-in-a-second.ts';

const lookups = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`).join(' ')} }`;

/** A suite, asked by a router on behalf of two organizations, at the pace that the stand-in grants each of them. */
const startSuite = async (clock: ManualClock, environment: NodeJS.ProcessEnv = {}) =>
  startThirdParty(
    {
      DINGTALK_CORP_ID: undefined,
      DINGTALK_OPERATOR_UNION_ID: undefined,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: 'router-secret',
      DINGTALK_QPS: '20',
      MAX_LOOKUPS_PER_REQUEST: '60',
      ...environment,
    },
    { clock, sandbox: { callsPerSecond: 20 } },
  );

const as = (corpId: string): Record<string, string> => ({
  'x-router-secret': 'router-secret',
  'x-dingtalk-union-id': 'chyxxxxx',
  'x-dingtalk-corp-id': corpId,
});

/** When the calls of each organization arrived. They have different access tokens. */
function arrivals({ upstream }: GatewayUnderTest): number[][] {
  const byToken = Map.groupBy(upstream.callsTo('conversationSpace'), ({ headers }) =>
    String(headers['x-acs-dingtalk-access-token']),
  );
  return Array.from(byToken.values(), (calls) => calls.map(({ atMs }) => atMs));
}

const spacesIn = ({ body }: Answer): number =>
  Object.values(body.data).filter((space) => space !== null).length;

test("one organization's burst takes no turn of another's, and each keeps to its pace", async () => {
  const clock = createManualClock();
  await using suite = await startSuite(clock);

  const burst = suite.query(lookups(60), {}, as('ding1234xxxxx'));
  await suite.upstream.waitForCalls('conversationSpace', 20);
  const beside = await suite.query(lookups(1), {}, as('ding5678xxxxx'));
  const waiting = await suite.app.inject('/metrics');
  const whole = await advanceUntil(clock, burst);

  expect(beside.body).toEqual({ data: { a0: { spaceId: expect.any(String) } } });
  expect(waiting.body).toContain('dingtalk_gateway_queue_depth{api="conversationSpace"} 40');
  expect(spacesIn(whole)).toBe(60);
  const [first = [], second = []] = arrivals(suite);
  expect([first.length, second.length]).toEqual([60, 1]);
  expect(mostInASecond(first)).toBe(20);
});

test('"too fast" for one organization lowers the rate of that one', async () => {
  const clock = createManualClock();
  await using suite = await startSuite(clock, { UPSTREAM_TIMEOUT_MS: '900' });
  const code = 'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi';
  suite.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);

  await suite.query(lookups(1), {}, as('ding1234xxxxx'));
  const slowed = await suite.app.inject('/metrics');
  const beside = await suite.query(lookups(20), {}, as('ding5678xxxxx'));

  expect(slowed.body).toContain('dingtalk_gateway_rate_limit{api="conversationSpace"} 10');
  expect(spacesIn(beside)).toBe(20);
});

testWithRedis('replicas share the pace of each organization', async () => {
  await using redis = await startRedis();
  const clock = createManualClock();
  const environment = { REDIS_URL: redis.url };
  await using one = await startSuite(clock, environment);
  await using two = await startSuite(clock, { ...environment, DINGTALK_API_URL: one.upstream.url });
  const raw = new Client(redis.url, { disconnectTimeout: 50 });

  await one.query(lookups(3), {}, as('ding1234xxxxx'));
  await two.query(lookups(5).replaceAll('demo', 'demo.two'), {}, as('ding1234xxxxx'));
  await two.query(lookups(1), {}, as('ding5678xxxxx'));
  const windows = await raw.keys('dingtalk-gateway:budget:*');
  const taken = await Promise.all(windows.map((name) => raw.zcard(name)));
  raw.disconnect();

  // The token calls of both organizations share one window.
  expect(taken.toSorted((a, b) => a - b)).toEqual([1, 2, 8]);
  expect(arrivals(one).map(({ length }) => length)).toEqual([8, 1]);
});

test('a limiter is forgotten a minute after its last call could have ended, but not while one runs', async () => {
  const clock = createManualClock();
  const created: string[] = [];
  const limiters = createLimitersInUse({
    clock,
    longestCallMs: 5000,
    create(api, organization) {
      created.push(`${api} of ${organization ?? 'all'}`);
      return createRateLimiter({ clock, callsPerSecond: 20, random: () => 0 });
    },
  });
  const hangs = new Promise<never>(() => undefined);
  void limiters.of('spaces', 'busy').run('viewer', new Deadline(clock, 500_000), () => hangs);
  const idle = limiters.of('spaces', 'idle');
  clock.advance(64_999);
  limiters.of('spaces', 'other');
  expect(limiters.of('spaces', 'idle')).toBe(idle);

  clock.advance(65_000);
  limiters.of('spaces', 'one more');
  limiters.of('spaces', 'busy');
  limiters.of('spaces', 'idle');

  const first = ['spaces of busy', 'spaces of all', 'spaces of idle', 'spaces of other'];
  expect(created).toEqual([...first, 'spaces of one more', 'spaces of idle']);
  expect(limiters.status()).toEqual([
    { api: 'spaces', queued: 0, inFlight: 1, placesLeft: 19, callsPerSecond: 20 },
  ]);
});
