import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';

const ttlMs = 2000;
const slow = { ...manyViewers, CACHE_TTL_MS: String(ttlMs), DINGTALK_QPS: '1' };
const answerOf = async (answer: ReturnType<CachedGateway['lookUp']>): Promise<unknown> => {
  const { body } = await answer;
  return body.data.conversationSpace?.spaceId ?? body.errors?.[0]?.extensions.code;
};

/** A gateway with a stale entry of `cid.demo.old` for chy, who has lost access since. */
async function startWithOldEntry(environment: NodeJS.ProcessEnv = slow): Promise<CachedGateway> {
  const gateway = await startCachedGateway(environment);
  await gateway.lookUp('cid.demo.old', 'chy');
  gateway.clock.advance(ttlMs);
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' });
  return gateway;
}

/** Twenty viewers with more lookups than the rate limit of one a second lets through. */
const crowd = (gateway: CachedGateway): Promise<unknown>[] =>
  Array.from({ length: 20 }, (_, index) => gateway.lookUp(`cid.demo.${index}`, `viewer-${index}`));

test('a viewer who lost access is served the stale entry for one second while the call is queued', async () => {
  await using gateway = await startWithOldEntry();
  await gateway.lookUp('cid.demo.first', 'first');
  const waiting = crowd(gateway);
  await eventually(() => gateway.asked().length === 2);

  const served = [await answerOf(gateway.lookUp('cid.demo.old', 'chy'))];
  gateway.clock.advance(999);
  served.push(await answerOf(gateway.lookUp('cid.demo.old', 'chy')));
  expect(served).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);

  gateway.clock.advance(1);
  const next = gateway.lookUp('cid.demo.old', 'chy');
  let isAnswered = false;
  void next.then(() => (isAnswered = true));
  while (!isAnswered) {
    gateway.clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([codeOf(await next), (await next).body.data]).toEqual(['FORBIDDEN', { conversationSpace: null }]);
  gateway.clock.advance(10_000);
  await Promise.all(waiting);
});

test('a stale entry is served until the call in flight ends', async () => {
  await using gateway = await startCachedGateway({ ...slow, DINGTALK_QPS: '100' });
  await gateway.lookUp('cid.demo.old', 'chy');
  gateway.clock.advance(ttlMs);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });

  const first = await answerOf(gateway.lookUp('cid.demo.old', 'chy'));
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  gateway.clock.advance(4000);
  const later = await answerOf(gateway.lookUp('cid.demo.old', 'chy'));

  expect([first, later]).toEqual([expect.stringMatching(/^\d+$/), first]);
});

test('a stale entry is served while DingTalk fails, at any number of failed revalidations', async () => {
  await using gateway = await startCachedGateway({ ...slow, DINGTALK_QPS: '100' });
  const fresh = await answerOf(gateway.lookUp('cid.demo.old', 'chy'));
  gateway.clock.advance(ttlMs);
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'apiPermissionDenied' });

  for (let tries = 0; tries < 10; tries += 1) {
    const asked = gateway.asked().length;
    expect(await answerOf(gateway.lookUp('cid.demo.old', 'chy'))).toBe(fresh);
    await eventually(() => gateway.asked().length > asked);
    await new Promise((resolve) => setImmediate(resolve));
    gateway.clock.advance(1100);
    expect(await answerOf(gateway.lookUp('cid.demo.old', 'chy'))).toBe(fresh);
    gateway.clock.advance(1100);
  }
});

test('a stale entry is not served for longer to requests that want it fresh', async () => {
  // A call whose turn is a second away is refused at once.
  const hurried = { ...slow, UPSTREAM_TIMEOUT_MS: '900', CACHE_FRESH_MIN_MS: '1000' };
  await using gateway = await startWithOldEntry(hurried);
  const askFresh = (): Promise<unknown> => {
    const query = '{ conversationSpace(openConversationId: "cid.demo.old") { spaceId } }';
    const chy = { 'x-router-secret': 'secret', 'x-dingtalk-union-id': 'chy' };
    return answerOf(gateway.query(query, {}, { ...chy, 'cache-control': 'no-cache' }));
  };

  await gateway.lookUp('cid.demo.first', 'first');
  const served = await askFresh();
  gateway.clock.advance(1000);
  await gateway.lookUp('cid.demo.second', 'second');
  const late = await askFresh();

  expect([served, late]).toEqual([expect.stringMatching(/^\d+$/), 'RATE_LIMITED']);
  expect(gateway.asked()).toEqual(['cid.demo.old', 'cid.demo.first', 'cid.demo.second']);
});
