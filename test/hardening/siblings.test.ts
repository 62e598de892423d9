import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { codeOf, manyViewers, startCachedGateway } from '../support/cached-gateway.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';

test('a GET with an overlong content type is refused like one without a CSRF header', async () => {
  await using gateway = await startGateway();
  const ask = (contentType: string) =>
    fetch(`${gateway.url}/graphql?query={__typename}`, { headers: { 'content-type': contentType } });

  expect((await ask('application/json')).status).toBe(200);
  expect((await ask(`application/json;${' '.repeat(10_000)}x`)).status).toBe(400);
});

test('an answer longer than MAX_ANSWER_BYTES is refused, and its neighbours are served', async () => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_BYTES: '2000' } });
  const query =
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Conversation { openConversationId } } }';
  const r = Array.from({ length: 50 }, (_, index) => ({
    __typename: 'Conversation',
    openConversationId: `cid.${index}.${'x'.repeat(100)}`,
  }));

  const { status, body } = await gateway.query(query, { r });

  expect([status, body.errors![0]!.extensions.code, body.data]).toEqual([
    422,
    'QUERY_TOO_COMPLEX',
    undefined,
  ]);
  expect((await gateway.query(query, { r: r.slice(0, 5) })).status).toBe(200);
});

const roots = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: __schema { types { name } }`).join(' ')} }`;

test('introspection counts towards the length of an answer', async () => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_FIELDS: '10000' } });
  expect((await gateway.query(roots(5))).status).toBe(200);
  expect(codeOf(await gateway.query(roots(6)))).toBe('QUERY_TOO_COMPLEX');
});

test('a documented ban counts even if the request holds its words', async () => {
  await using gateway = await startGateway({ clock: createManualClock() });
  const body = JSON.stringify({ status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'a' });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 403, body });

  const first = await gateway.query(lookup, { id: 'punish' });
  const second = await gateway.query(lookup, { id: 'cid.demo.a' });

  expect([codeOf(first), codeOf(second)]).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('stale entries are served during an IP ban', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  await gateway.lookUp('cid.demo.a', 'chy');
  const body = JSON.stringify({ status: 1111, wait: 300, source: 'x5', punish: 'deny', uuid: 'a' });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 403, body });
  gateway.clock.advance(61_000);
  await gateway.lookUp('cid.demo.b', 'lin');

  for (let second = 0; second < 10; second += 1) {
    expect((await gateway.lookUp('cid.demo.a', 'chy')).body.errors).toBeUndefined();
    gateway.clock.advance(1000);
  }
});

test('a viewer with hanging calls leaves calls in flight to the others', async () => {
  await using gateway = await startCachedGateway({ ...manyViewers, CACHE_TTL_MS: '0', DINGTALK_QPS: '20' });
  await gateway.lookUp('cid.demo.before', 'lin');
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 15);
  const leaving = new AbortController();
  const hanging = Array.from({ length: 40 }, (_, index) =>
    gateway.lookUp(`cid.demo.hang${index}`, 'chy', leaving.signal).catch(() => 'left'),
  );
  await gateway.upstream.waitForCalls('conversationSpace', 16);

  const others = await Promise.all(['a', 'b', 'c'].map((id) => gateway.lookUp(`cid.demo.${id}`, 'lin')));

  expect(others.map(({ body }) => body.errors)).toEqual([undefined, undefined, undefined]);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(19);
  leaving.abort();
  await Promise.all(hanging);
});

test('a quota probe with an unknown outcome is followed by another after ten seconds', async () => {
  await using gateway = await startCachedGateway({ ...manyViewers, CACHE_TTL_MS: '0' });
  const spent = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: spent }, 1);
  await gateway.lookUp('cid.demo.a', 'chy');
  gateway.clock.advance(10 * 60_000);
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 400 }, 1);
  await gateway.lookUp('cid.demo.unclear', 'chy');
  expect(codeOf(await gateway.lookUp('cid.demo.b', 'lin'))).toBe('QUOTA_EXHAUSTED');

  gateway.clock.advance(10_000);

  expect((await gateway.lookUp('cid.demo.b', 'lin')).body.errors).toBeUndefined();
});

test('a token that is stale for one id still serves the others if no new one is available', async () => {
  await using gateway = await startCachedGateway({ ...manyViewers, CACHE_TTL_MS: '0' });
  await gateway.lookUp('cid.demo.a', 'lin');
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'InvalidAuthentication' }, 1);
  gateway.upstream.addFault('corpToken', { kind: 'html', status: 502 });

  const refused = gateway.lookUp('cid.demo.stale', 'chy');
  let isAnswered = false;
  void refused.then(() => (isAnswered = true));
  await eventually(() => {
    gateway.clock.advance(50);
    return isAnswered;
  });

  expect(codeOf(await refused)).toBe('UPSTREAM_UNAVAILABLE');
  expect((await gateway.lookUp('cid.demo.a', 'lin')).body.errors).toBeUndefined();
});
