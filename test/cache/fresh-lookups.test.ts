import { expect, test } from '@jest/globals';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { testWithRedis } from '../support/redis-server.ts';
import type { Answer, GatewayUnderTest } from '../support/start-gateway.ts';
import { startReplicas } from './connected-replicas.ts';

const freshMinMs = 5000;
const id = 'cid.demo.a';
const query = `{ conversationSpace(openConversationId: "${id}") { spaceId } }`;
const please = { 'cache-control': 'no-cache', 'x-explain': '1' };
const ordinary = { 'x-explain': '1' };

const as = (unionId: string): Record<string, string> => ({
  'x-router-secret': 'secret',
  'x-dingtalk-union-id': unionId,
});
const asChy = as('chyxxxxx');

const levelOf = (line: string): unknown => (JSON.parse(line) as { level: unknown }).level;
const explained = ({ body }: Answer): any[] => (body as { extensions?: any }).extensions?.lookups ?? [];
/** Where the data came from, and how old it is. */
const origin = (answer: Answer): unknown => explained(answer).map(({ source, ageMs }) => [source, ageMs]);
const callsTo = ({ upstream }: Pick<GatewayUnderTest, 'upstream'>): number =>
  upstream.callsTo('conversationSpace').length;

/** What was found is thirty seconds old. */
async function startWithEntry(environment: NodeJS.ProcessEnv = {}): Promise<CachedGateway> {
  const gateway = await startCachedGateway(environment);
  await gateway.query(query);
  gateway.clock.advance(30_000);
  gateway.upstream.clearCalls();
  return gateway;
}

test('what a request wants fresh is looked up again, and the answer is for all', async () => {
  await using gateway = await startWithEntry();

  const again = await gateway.query(query, {}, please);
  gateway.clock.advance(100);
  const after = await gateway.query(query, {}, ordinary);

  expect(again.body.data).toEqual({ conversationSpace: { spaceId: expect.any(String) } });
  expect([origin(again), origin(after)]).toEqual([[['upstream', 0]], [['memory', 100]]]);
  expect(callsTo(gateway)).toBe(1);
});

test('at most once in CACHE_FRESH_MIN_MS: what is younger is served', async () => {
  await using gateway = await startWithEntry();
  await gateway.query(query, {}, please);

  gateway.clock.advance(freshMinMs - 1);
  const early = await gateway.query(query, {}, please);
  gateway.clock.advance(1);
  const due = await gateway.query(query, {}, please);

  expect([origin(early), origin(due)]).toEqual([[['memory', freshMinMs - 1]], [['upstream', 0]]]);
  expect(callsTo(gateway)).toBe(2);
});

test('the time is a setting', async () => {
  await using gateway = await startWithEntry({ CACHE_FRESH_MIN_MS: '31000' });

  const early = await gateway.query(query, {}, please);
  gateway.clock.advance(1000);
  const due = await gateway.query(query, {}, please);

  expect([origin(early), origin(due)]).toEqual([[['memory', 30_000]], [['upstream', 0]]]);
});

test('what is younger is served and revalidated as ever, also where it is stale sooner', async () => {
  await using gateway = await startCachedGateway({ CACHE_TTL_MS: '1000' });
  await gateway.query(query);
  gateway.clock.advance(3000);

  const stale = await gateway.query(query, {}, please);
  await eventually(() => callsTo(gateway) === 2);

  expect(origin(stale)).toEqual([['memory', 3000]]);
});

test('each key has its own time: another id and another viewer are looked up again', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  const other = query.replace(id, 'cid.demo.b');
  for (const text of [query, other])
    for (const viewer of ['chyxxxxx', 'linxxxxx']) await gateway.query(text, {}, as(viewer));
  gateway.clock.advance(30_000);
  gateway.upstream.clearCalls();

  await gateway.query(query, {}, { ...as('chyxxxxx'), ...please });
  const others = [
    await gateway.query(query, {}, { ...as('chyxxxxx'), ...please }),
    await gateway.query(other, {}, { ...as('chyxxxxx'), ...please }),
    await gateway.query(query, {}, { ...as('linxxxxx'), ...please }),
  ];

  expect(others.map(origin)).toEqual([[['memory', 0]], [['upstream', 0]], [['upstream', 0]]]);
  expect(callsTo(gateway)).toBe(3);
});

test('joins a call under way', async () => {
  await using gateway = await startWithEntry();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  gateway.clock.advance(freshMinMs);

  const first = gateway.query(query, {}, please);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const second = gateway.query(query, {}, please);
  // Sent later: when it arrives, the other request has joined.
  await gateway.lookUp('cid.demo.behind');
  gateway.clock.advance(5000);

  // The call has failed: both get what was cached.
  expect([origin(await first), origin(await second)]).toEqual([[['memory', 40_000]], [['memory', 40_000]]]);
  expect(gateway.asked()).toEqual([id, 'cid.demo.behind']);
});

test('refusals are asked for again as well, and end what was cached', async () => {
  await using gateway = await startWithEntry({ CACHE_NEGATIVE_TTL_MS: '60000' });
  const denied = 'cid.permissionDenied';
  await gateway.lookUp(denied);
  gateway.clock.advance(freshMinMs - 1);
  gateway.upstream.clearCalls();
  const again = query.replace(id, denied);

  const early = await gateway.query(again, {}, please);
  gateway.clock.advance(1);
  const due = await gateway.query(again, {}, please);

  expect([origin(early), origin(due)]).toEqual([[['memory', freshMinMs - 1]], [['upstream', 0]]]);
  expect([codeOf(early), codeOf(due)]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});

test('where the call fails, what is cached is served, and no call is made for a while', async () => {
  await using gateway = await startWithEntry();
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 200 });

  const failed = await gateway.query(query, {}, please);
  gateway.clock.advance(freshMinMs - 1);
  const early = await gateway.query(query, {}, please);
  const callsEarly = callsTo(gateway);
  gateway.clock.advance(1);
  const due = await gateway.query(query, {}, { ...please, 'x-cost': '1' });

  const ages = [30_000, 30_000 + freshMinMs - 1, 30_000 + freshMinMs];
  expect([failed, early, due].map(origin)).toEqual(ages.map((ageMs) => [['memory', ageMs]]));
  expect([callsEarly, callsTo(gateway)]).toEqual([1, 2]);
  expect(due.body).toMatchObject({ extensions: { cost: { lookups: 1, calls: 1, fromCache: 1 } } });
  expect(gateway.log.filter((line) => line.includes('"kind":"malformed')).map(levelOf)).toEqual([
    'warn',
    'warn',
  ]);
});

test('where the call fails and nothing is cached, the field has the error', async () => {
  await using gateway = await startCachedGateway();
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 200 });

  expect(codeOf(await gateway.query(query, {}, please))).toBe('UPSTREAM_MALFORMED_RESPONSE');
});

test('a client that leaves before each answer causes one call', async () => {
  await using gateway = await startWithEntry();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  const leaving = new AbortController();
  const left = gateway.query(query, {}, please, leaving.signal).catch(() => 'left');
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  leaving.abort();
  await left;
  await eventually(() => gateway.upstream.inFlight === 0);

  const again = await gateway.query(query, {}, please);

  expect(origin(again)).toEqual([['memory', 30_000]]);
  expect(callsTo(gateway)).toBe(1);
});

test('a request that has too many in its second causes no call', async () => {
  await using gateway = await startWithEntry({ VIEWER_RPS: '1' });
  await gateway.query(query);

  const refused = await gateway.query(query, {}, please);

  expect([refused.status, codeOf(refused), callsTo(gateway)]).toEqual([429, 'RATE_LIMITED', 0]);
});

test('pages, the rows that they imply, batches and thumbnails are looked up again', async () => {
  await using gateway = await startCachedGateway();
  const page = `{ space(spaceId: "798xxxxx") { name dentries { nodes { dentryId name thumbnail { url } } } } }`;
  const row = `{ dentry(spaceId: "798xxxxx", dentryId: "2001") { name } }`;
  await gateway.query(page);
  await gateway.query(row);
  gateway.clock.advance(10_000);
  gateway.upstream.clearCalls();
  const apis = (): string[] => gateway.upstream.calls.map(({ api }) => api);

  const again = await gateway.query(page, {}, please);
  const pageApis = new Set(apis());
  const implied = await gateway.query(row, {}, please);
  gateway.clock.advance(freshMinMs);
  const rowAgain = await gateway.query(row, {}, please);

  expect(new Set(explained(again).map(({ source }) => source))).toEqual(new Set(['upstream']));
  expect(pageApis.has('dentries')).toBe(true);
  expect([origin(implied), origin(rowAgain)]).toEqual([[['memory', 0]], [['upstream', 0]]]);
});

test.each([
  ['with pragma, as browsers say it by themselves', {}, { ...please, pragma: 'no-cache' }],
  ['with another directive', {}, { ...please, 'cache-control': 'max-age=0, no-store' }],
  ['with CACHE_FRESH_MIN_MS=0', { CACHE_FRESH_MIN_MS: '0' }, please],
])('what is cached is served %s', async (_when, environment, headers) => {
  await using gateway = await startWithEntry(environment);

  expect(origin(await gateway.query(query, {}, headers))).toEqual([['memory', 30_000]]);
  expect(callsTo(gateway)).toBe(0);
});

test.each(['no-store', 'reload', 'no-cache'] as const)(
  'what is cached is served to fetch with cache: %s',
  async (cache) => {
    await using gateway = await startWithEntry();

    const response = await fetch(`${gateway.url}/graphql?${String(new URLSearchParams({ query }))}`, {
      headers: { 'content-type': 'application/json' },
      cache,
    });

    expect([response.status, callsTo(gateway)]).toEqual([200, 0]);
  },
);

test('the directive may stand among others, in any case', async () => {
  await using gateway = await startWithEntry();

  const answer = await gateway.query(query, {}, { ...please, 'cache-control': 'max-age=0, No-Cache' });

  expect(origin(answer)).toEqual([['upstream', 0]]);
});

test('without a cache every request is looked up as ever', async () => {
  await using gateway = await startCachedGateway({ CACHE_TTL_MS: '0' });

  const answers = [await gateway.query(query, {}, please), await gateway.query(query, {}, please)];

  expect(answers.map(origin)).toEqual([[['upstream', 0]], [['upstream', 0]]]);
});

testWithRedis('over replicas the time is that of the entry in Redis', async () => {
  await using replicas = await startReplicas();
  const { one, other, upstream } = replicas;
  await one.lookUp(id, 'chyxxxxx');
  await eventually(async () => (await replicas.stored()) === 1);
  await other.lookUp(id, 'chyxxxxx');
  await replicas.passTime(30_000);
  upstream.clearCalls();

  const again = await one.query(query, {}, { ...asChy, ...please });
  // Stored after the answer.
  const elsewhere = await other.query(query, {}, { ...asChy, ...please });
  expect(explained(elsewhere)[0].source).toBe('redis');
  await replicas.passTime(freshMinMs);
  const due = await other.query(query, {}, { ...asChy, ...please });

  expect([again, due].map((answer) => explained(answer)[0].source)).toEqual(['upstream', 'upstream']);
  expect(upstream.callsTo('conversationSpace')).toHaveLength(2);
});

testWithRedis('where the call fails, what Redis holds is served', async () => {
  await using replicas = await startReplicas();
  const { one, other, upstream } = replicas;
  await one.lookUp(id, 'chyxxxxx');
  await eventually(async () => (await replicas.stored()) === 1);
  await replicas.passTime(30_000);
  upstream.clearCalls();
  upstream.addFault('conversationSpace', { kind: 'html', status: 200 });

  const failed = await other.query(query, {}, { ...asChy, ...please });

  expect(failed.body.data).toEqual({ conversationSpace: { spaceId: expect.any(String) } });
  expect(explained(failed)[0]).toMatchObject({ source: 'memory', attempts: 1 });
  expect(upstream.callsTo('conversationSpace')).toHaveLength(1);
});
