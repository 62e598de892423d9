import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LookupReport } from '../../src/cache/lookup-report.ts';
import { newFlight } from '../../src/cache/single-flight.ts';
import { manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { testWithRedis } from '../support/redis-server.ts';
import type { Answer } from '../support/start-gateway.ts';
import { startReplicas } from './connected-replicas.ts';

const routed = { ...manyViewers, ANSWER_CACHING: 'private' } as const;
const vary = 'x-router-secret, x-dingtalk-union-id, x-dingtalk-corp-id, accept';
const spaceId = '798xxxxx';
const aDayMs = 86_400_000;

const as = (unionId: string): Record<string, string> => ({
  'x-router-secret': 'secret',
  'x-dingtalk-union-id': unionId,
});

/** What an answer says to caches. */
const cachingOf = ({ headers }: Answer): unknown => {
  const age = headers.get('age');
  return [headers.get('cache-control'), ...(age === null ? [] : [`age ${age}`, headers.get('vary')])];
};
const fresh = (seconds: number): unknown => [`private, max-age=${seconds}`, 'age 0', vary];
const noStore = ['private, no-store'];
/** `max-age=0` is for Hive Gateway's cache. */
const neverKept = ['private, no-store, max-age=0'];

describe('with ANSWER_CACHING=private', () => {
  let gateway: CachedGateway;
  let people = 0;
  let person: string;
  beforeAll(async () => {
    gateway = await startCachedGateway({ ...routed, CACHE_LIST_TTL_MS: '15000' });
  });
  beforeEach(() => {
    people += 1;
    // Nothing is in the cache for this person.
    person = `person-${people}`;
    gateway.upstream.clearFaults();
    gateway.upstream.setLatency(0);
  });
  afterAll(() => gateway.close());

  const ask = (
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> => gateway.query(query, variables, { ...as(person), ...headers });
  const lookUp = (id = 'cid.demo.a'): Promise<Answer> => gateway.lookUp(id, person);

  test('an answer of DingTalk may be kept as long as it is fresh, and one from memory for what is left', async () => {
    const ages = [0, 1, 29_999, 29_500, 499];

    const seen: unknown[] = [];
    for (const ms of ages) {
      gateway.clock.advance(ms);
      seen.push(cachingOf(await lookUp()));
    }

    expect(seen).toEqual([fresh(60), fresh(59), fresh(30), neverKept, neverKept]);
  });

  test('a stale answer may not be kept, and its revalidated successor may', async () => {
    await lookUp();
    gateway.clock.advance(60_000);
    const asked = gateway.asked().length;

    const stale = await lookUp();
    await gateway.upstream.waitForCalls('conversationSpace', asked + 1);
    let later = stale;
    await eventually(async () => (later = await lookUp()).headers.has('age'));

    expect(stale.body.errors).toBeUndefined();
    expect([stale, later].map(cachingOf)).toEqual([neverKept, fresh(60)]);
  });

  test('the age counts from the call, also for those who join it', async () => {
    gateway.upstream.setLatency(50, 'conversationSpace');
    const asked = gateway.asked().length;

    const first = lookUp();
    await gateway.upstream.waitForCalls('conversationSpace', asked + 1);
    gateway.clock.advance(1000);
    const joined = lookUp();
    gateway.clock.advance(1000);
    const answers = await Promise.all([first, joined]);

    expect(answers.map(cachingOf)).toEqual([fresh(58), fresh(58)]);
    expect(gateway.asked()).toHaveLength(asked + 1);
  });

  test('the oldest of several lookups decides, those of a later step included', async () => {
    const file = `dentry(spaceId: "${spaceId}", dentryId: "2001") { name }`;
    await ask(`{ ${file} }`);
    gateway.clock.advance(20_000);

    const both = await ask(
      `{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { name } ${file} }`,
    );

    expect(both.body.errors).toBeUndefined();
    expect(cachingOf(both)).toEqual(fresh(40));
  });

  const page = `query ($first: Int!) { space(spaceId: "${spaceId}") { dentries(first: $first) { nodes { dentryId name } } } }`;
  const row = `{ dentry(spaceId: "${spaceId}", dentryId: "2011") { name } }`;

  test('a page of a list is fresh for CACHE_LIST_TTL_MS, and lookups of its rows are as old as the page', async () => {
    const batches = gateway.upstream.callsTo('dentriesBatch').length;
    const first = await ask(page, { first: 2 });
    gateway.clock.advance(10_000);

    const again = await ask(page, { first: 2 });
    const ofRow = await ask(row);

    expect([first, again, ofRow].map(cachingOf)).toEqual([fresh(15), fresh(5), fresh(50)]);
    expect(ofRow.body.data).toEqual({ dentry: { name: 'readme.txt' } });
    expect(gateway.upstream.callsTo('dentriesBatch').slice(batches)).toEqual([]);
  });

  test('references of other subgraphs are like queries', async () => {
    const entities = await ask(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Dentry { name } ... on Conversation { space { spaceId } } } }',
      {
        of: [
          { __typename: 'Dentry', spaceId, dentryId: '2001' },
          { __typename: 'Conversation', openConversationId: 'cid.demo.a' },
        ],
      },
    );

    expect(entities.body.errors).toBeUndefined();
    expect(cachingOf(entities)).toEqual(fresh(60));
  });

  test('what never changes may be kept for CACHE_TTL_MS', async () => {
    const chat = '{ conversationByChatId(chatId: "chat9FTRQSLo") { openConversationId } }';
    await using internal = await startCachedGateway({ ...routed, DINGTALK_CORP_ID: '' });
    const first = await internal.query(chat, {}, as('chy'));
    internal.clock.advance(aDayMs - 30_000);

    const late = await internal.query(chat, {}, as('chy'));

    expect([first, late].map(cachingOf)).toEqual([fresh(60), fresh(30)]);
    expect(internal.upstream.callsTo('openConversationId')).toHaveLength(1);
  });

  test('each person has an age of their own', async () => {
    const get = (unionId: string): Promise<Answer> => gateway.lookUp('cid.demo.a', unionId);
    await get(`${person}-a`);
    gateway.clock.advance(30_000);

    const answers = await Promise.all([get(`${person}-a`), get(`${person}-b`)]);

    expect(answers.map(cachingOf)).toEqual([fresh(30), fresh(60)]);
  });

  const links = `{ dentry(spaceId: "${spaceId}", dentryId: "2001") { name LINK } }`;

  test.each([
    ['a preview', links.replace('LINK', 'preview { url }')],
    ['a thumbnail', links.replace('LINK', 'thumbnail { width }')],
    ['a file without a thumbnail', links.replace('2001', '2011').replace('LINK', 'thumbnail { url }')],
    ['nothing looked up', '{ __typename }'],
    ['an introspection', '{ __schema { queryType { name } } }'],
    ['the SDL', '{ _service { sdl } }'],
  ])('%s may not be kept', async (_case, query) => {
    const first = await ask(query);
    const second = await ask(query);

    expect([first.status, first.body.errors]).toEqual([200, undefined]);
    expect([first, second].map(cachingOf)).toEqual([neverKept, neverKept]);
  });

  test.each([
    ['a refusal by DingTalk', '{ conversationSpace(openConversationId: "cid.notExist") { spaceId } }'],
    [
      'an error beside data',
      '{ __typename ok: conversationSpace(openConversationId: "cid.demo.a") { spaceId } no: dentry(spaceId: "", dentryId: "1") { name } }',
    ],
    [
      'a field that cannot be read',
      '{ conversationSpace(openConversationId: "cid.badTime") { createTime } }',
    ],
    ['a document that is not valid', '{ nothing }'],
    ['a document that cannot be parsed', '{'],
  ])('%s may not be kept', async (_case, query) => {
    const first = await ask(query);
    const second = await ask(query);

    expect(first.body.errors).toHaveLength(1);
    expect([first, second].map(cachingOf)).toEqual([neverKept, neverKept]);
  });

  test('a request that is refused, explained or sent without credentials may not be kept', async () => {
    const query = '{ conversationSpace(openConversationId: "cid.demo.a") { spaceId } }';
    const explained = await ask(query, {}, { 'x-explain': '1' });
    const wrong = await ask(query, {}, { 'x-router-secret': 'wrong' });
    const health = await fetch(`${gateway.url}/healthz`);

    expect(explained.body).toMatchObject({ extensions: { lookups: [{ source: 'upstream' }] } });
    expect([explained, wrong].map(cachingOf)).toEqual([neverKept, neverKept]);
    expect(wrong.status).toBe(401);
    expect(health.headers.get('cache-control')).toBe('private, no-store');
  });
});

test('a longer CACHE_LIST_TTL_MS does not let rows be kept longer than lookups', async () => {
  await using gateway = await startCachedGateway({ ...routed, CACHE_LIST_TTL_MS: '600000' });
  const page = `{ space(spaceId: "${spaceId}") { dentries(first: 2) { nodes { name } } } }`;
  const seen: unknown[] = [];
  for (const ms of [0, 45_000, 15_000]) {
    gateway.clock.advance(ms);
    seen.push(cachingOf(await gateway.query(page, {}, as('chy'))));
  }

  expect(seen).toEqual([fresh(60), fresh(15), neverKept]);
  expect(gateway.upstream.callsTo('dentries')).toHaveLength(1);
});

test('an answer that is too long may not be kept', async () => {
  await using gateway = await startCachedGateway({ ...routed, MAX_ANSWER_BYTES: '1024' });
  const files = Array.from(
    { length: 20 },
    (_, at) => `f${at}: dentry(spaceId: "${spaceId}", dentryId: "2001") { name path }`,
  );

  const answer = await gateway.query(`{ ${files.join(' ')} }`, {}, as('chy'));

  expect(answer.body.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
  expect(cachingOf(answer)).toEqual(noStore);
});

test('with CORS an answer also varies by its origin', async () => {
  await using gateway = await startCachedGateway({ ...routed, CORS_ORIGINS: 'https://app.example.com' });

  const { headers } = await gateway.lookUp('cid.demo.a', 'chy');

  expect(headers.get('vary')).toBe(`Origin, ${vary}`);
});

test.each([
  ['without the variable', manyViewers, as('chy')],
  ['with ANSWER_CACHING=off', { ...manyViewers, ANSWER_CACHING: 'off' }, as('chy')],
  ['for a fixed operator', {}, {}],
])('nothing may be kept %s', async (_case, environment, headers) => {
  await using gateway = await startCachedGateway(environment);
  const query =
    '{ conversationSpace(openConversationId: "cid.demo.a") { spaceId } dentry(spaceId: "798xxxxx", dentryId: "2001") { name } }';

  const answers = [await gateway.query(query, {}, headers), await gateway.query(query, {}, headers)];

  expect(answers.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
  expect(answers.map(cachingOf)).toEqual([noStore, noStore]);
});

test('nothing may be kept where nothing is cached', async () => {
  await using gateway = await startCachedGateway({ ...routed, CACHE_TTL_MS: '0' });

  const answers = [await gateway.lookUp('cid.demo.a', 'chy'), await gateway.lookUp('cid.demo.a', 'chy')];

  expect(answers.map(cachingOf)).toEqual([neverKept, neverKept]);
  expect(gateway.asked()).toHaveLength(2);
});

/** For how many seconds an answer may be kept. */
async function leftAt(gateway: CachedGateway): Promise<number> {
  const { headers } = await gateway.lookUp('cid.demo.a', 'chy');
  return Number(/^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
}

testWithRedis('an entry of another replica is as old as its call', async () => {
  await using replicas = await startReplicas({ ANSWER_CACHING: 'private' });
  const { one, other, upstream } = replicas;
  const [asked, read] = [await leftAt(one), await leftAt(other)];
  other.clock.advance(20_000);
  const later = await leftAt(other);

  expect(asked).toBe(60);
  expect(read).toBeLessThanOrEqual(60);
  expect(later).toBeLessThanOrEqual(read - 20);
  expect(later).toBeGreaterThan(0);
  expect(upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('an answer that another replica has found refused meanwhile is for those who wait alone', () => {
  const flight = newFlight();
  const report = new LookupReport(0, undefined);
  report.joined(flight, true);
  report.answered(60_000);
  const before = report.endedAt(0).reusableUntilMs;
  flight.isInvalidated = true;

  expect([before, report.endedAt(0).reusableUntilMs]).toEqual([60_000, -Infinity]);
});
