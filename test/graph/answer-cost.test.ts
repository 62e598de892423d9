import { expect, test } from '@jest/globals';
import { remembering, startCachedGateway } from '../support/cached-gateway.ts';
import { createManualClock, advanceUntil } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway, type Answer } from '../support/start-gateway.ts';
import { startThirdParty } from './files/third-party.ts';

const costing = { 'x-cost': '1' };
const production = { NODE_ENV: 'production', ALLOW_ANONYMOUS: '1' };
const of = (...names: readonly string[]): string =>
  `{ ${names.map((name, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${name}") { spaceId }`).join(' ')} }`;
const file = (id: string): string => `{ dentry(spaceId: "798xxxxx", dentryId: "${id}") { name } }`;
const as = (corpId: string): Record<string, string> => ({
  'x-router-secret': 'router-secret',
  'x-dingtalk-union-id': 'chyxxxxx',
  'x-dingtalk-corp-id': corpId,
  ...costing,
});
const costIn = ({ body }: Answer): any => (body as { extensions?: { cost?: unknown } }).extensions?.cost;

test('says in production what each answer cost, and what is left', async () => {
  await using gateway = await startCachedGateway({
    ...production,
    DINGTALK_QPS: '20',
    DINGTALK_MONTHLY_QUOTA: '5000',
  });

  const first = await gateway.query(of('a', 'b', 'a'), {}, costing);
  gateway.clock.advance(400);
  const second = await gateway.query(of('a', 'c'), {}, costing);

  expect(costIn(first)).toEqual({
    lookups: 2,
    calls: 2,
    fromCache: 0,
    joined: 0,
    waitMs: 0,
    throttle: { max: 20, available: 18, restorePerSecond: 20 },
    quota: { used: 2, limit: 5000 },
  });
  expect(costIn(second)).toEqual({
    lookups: 2,
    calls: 1,
    fromCache: 1,
    joined: 0,
    waitMs: 0,
    throttle: { max: 20, available: 17, restorePerSecond: 20 },
    quota: { used: 3, limit: 5000 },
  });
  expect(gateway.asked()).toEqual(['cid.demo.a', 'cid.demo.b', 'cid.demo.c']);
});

test('an API whose answers came with a list has no part in what is left', async () => {
  await using gateway = await startCachedGateway({ DINGTALK_QPS: '20' });
  await gateway.query(file('2001'));
  await gateway.query(file('2002'));

  const list = '{ space(spaceId: "798xxxxx") { dentries(first: 2) { nodes { name } } } }';
  const listed = await gateway.query(list, {}, costing);
  const seen = await gateway.query(file('2001'), {}, costing);

  expect(costIn(listed)).toMatchObject({ lookups: 1, calls: 1, throttle: { available: 19 } });
  expect(costIn(seen)).toMatchObject({ lookups: 1, calls: 0, throttle: { available: 18 } });
});

test('says how long a call waited for its turn, and which lookups joined a call', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({
    clock,
    environment: { ...remembering, DINGTALK_QPS: '1', LOG_LEVEL: 'silent' },
  });
  await gateway.query(of('a'));

  const waiting = gateway.query(of('b'), {}, costing);
  await clock.waitForTimer(1000);
  const joining = gateway.query(of('b'), {}, costing);
  const [waited, joined] = await advanceUntil(clock, Promise.all([waiting, joining]));

  const costs = [costIn(waited), costIn(joined)];
  expect(costs.map(({ lookups, calls }) => [lookups, calls])).toEqual([
    [1, 1],
    [1, 0],
  ]);
  expect(costs.map(({ joined: count }) => count)).toEqual([0, 1]);
  expect(costs[0]).toMatchObject({ waitMs: 1000, quota: { used: 2, limit: null } });
  expect(costs[0].throttle).toMatchObject({ max: 1, available: 0 });
});

test('counts failures, and says what a refused operation cost: nothing', async () => {
  await using gateway = await startCachedGateway(production);
  const failing = '{ conversationSpace(openConversationId: "cid.permissionDenied") { spaceId } }';

  const failed = await gateway.query(failing, {}, costing);
  const again = await gateway.query(failing, {}, costing);
  const invalid = await gateway.query('{ nothing }', {}, costing);
  const free = await gateway.query('{ __typename }', {}, costing);

  expect(costIn(failed)).toMatchObject({ lookups: 1, calls: 1, fromCache: 0, quota: { used: 1 } });
  expect(costIn(again)).toMatchObject({ lookups: 1, calls: 0, fromCache: 1, quota: { used: 1 } });
  for (const answer of [invalid, free]) {
    expect(costIn(answer)).toMatchObject({ lookups: 0, calls: 0, fromCache: 0, joined: 0, waitMs: 0 });
  }
});

test('says what is left to the organization of the viewer, and nothing of another', async () => {
  const clock = createManualClock();
  const environment = {
    DINGTALK_CORP_ID: undefined,
    DINGTALK_OPERATOR_UNION_ID: undefined,
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
    DINGTALK_QPS: '20',
    DINGTALK_MONTHLY_QUOTA: '5000',
  };
  await using suite = await startThirdParty(environment, { clock });

  const one = await suite.query(of('a', 'b', 'c'), {}, as('ding1234xxxxx'));
  const other = await suite.query(of('a'), {}, as('ding5678xxxxx'));
  const nobody = await suite.query(of('a'), {}, { ...as('ding5678xxxxx'), 'x-router-secret': 'wrong' });

  expect(costIn(one)).toMatchObject({ throttle: { available: 17 }, quota: { used: 3, limit: 5000 } });
  expect(costIn(other)).toMatchObject({ throttle: { available: 19 }, quota: { used: 1, limit: 5000 } });
  expect(Object.keys(nobody.body)).toEqual(['errors']);
});

test('DingTalk\'s "too fast" shows in the pace', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { DINGTALK_QPS: '20' } });
  const code = 'Forbidden.AccessDenied.QpsLimitForApi';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);

  const answer = await advanceUntil(clock, gateway.query(of('a'), {}, costing));

  expect(costIn(answer)).toMatchObject({ calls: 2, throttle: { max: 20, restorePerSecond: 10 } });
});

test.each([
  ['without the header', {}],
  ['with another value', { 'x-cost': 'yes' }],
])('says nothing %s', async (_when, headers: Record<string, string>) => {
  await using gateway = await startCachedGateway();

  const { body } = await gateway.query(of('a'), {}, headers);

  expect(Object.keys(body)).toEqual(['data']);
});

test('no cache in front keeps an answer with its cost', async () => {
  await using gateway = await startCachedGateway({
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
    ANSWER_CACHING: 'private',
  });
  const router = { 'x-router-secret': 'router-secret', 'x-dingtalk-union-id': 'chyxxxxx' };

  const plain = await gateway.query(of('a'), {}, router);
  const costed = await gateway.query(of('a'), {}, { ...router, ...costing });

  expect(plain.headers.get('cache-control')).toBe('private, max-age=60');
  expect(costed.headers.get('cache-control')).toBe('private, no-store, max-age=0');
});

testWithRedis('the quota counts the calls of all replicas', async () => {
  await using redis = await startRedis();
  const environment = { REDIS_URL: redis.url, DINGTALK_QPS: '20' };
  await using one = await startGateway({ environment });
  await using other = await startGateway({
    environment: { ...environment, DINGTALK_API_URL: one.upstream.url },
  });
  await one.query(of('a', 'b'), {}, costing);
  // A scrape stores what was counted.
  await one.app.inject('/metrics');

  const answer = await other.query(of('c'), {}, costing);

  expect(costIn(answer)).toMatchObject({ calls: 1, quota: { used: 3, limit: null } });
});

test('pages of the allowed origins may ask for the cost', async () => {
  await using gateway = await startGateway({ environment: { CORS_ORIGINS: 'https://app.example.com' } });

  const { headers } = await fetch(`${gateway.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'cache-control,content-type,x-cost',
    },
  });

  const allowed = headers.get('access-control-allow-headers');
  expect(allowed).toContain('x-cost');
  expect(allowed).toContain('cache-control');
});
