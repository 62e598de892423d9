import { expect, test } from '@jest/globals';
import { problemLines } from '../support/log-lines.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';

const ttlMs = 60_000;
const staleMs = 600_000;
const negativeTtlMs = 5000;
const id = 'cid.demo.a';

/** Replaces DingTalk's answer from now on. */
function answerWithSpace({ upstream }: CachedGateway, spaceId: string): void {
  const body = JSON.stringify({ space: { spaceId, corpId: 'ding1234xxxxx' } });
  upstream.clearFaults();
  upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body });
}
const spaceIn = async (answer: ReturnType<CachedGateway['lookUp']>): Promise<unknown> =>
  (await answer).body.data.conversationSpace?.spaceId;

test('a fresh entry is served without a call, unreadable times included', async () => {
  await using gateway = await startCachedGateway();

  const first = await gateway.lookUp('cid.badTime');
  gateway.clock.advance(ttlMs - 1);
  const second = await gateway.lookUp('cid.badTime');

  expect(first.body.data.conversationSpace).toEqual({
    spaceId: expect.any(String),
    createTime: null,
    modifiedTime: expect.any(String),
  });
  expect(first.body.errors?.[0]?.extensions.code).toBe('UPSTREAM_MALFORMED_RESPONSE');
  expect(second.body).toEqual(first.body);
  expect(gateway.asked()).toEqual(['cid.badTime']);
});

test('a stale entry is served at once and revalidated once', async () => {
  await using gateway = await startCachedGateway();
  answerWithSpace(gateway, 'old');
  await gateway.lookUp(id);
  answerWithSpace(gateway, 'new');

  gateway.clock.advance(ttlMs);
  const stale = await Promise.all([spaceIn(gateway.lookUp(id)), spaceIn(gateway.lookUp(id))]);
  await eventually(async () => (await spaceIn(gateway.lookUp(id))) === 'new');

  expect(stale).toEqual(['old', 'old']);
  expect(gateway.asked()).toEqual([id, id]);
});

test('an entry that is too old is not served: the lookup waits for the call', async () => {
  await using gateway = await startCachedGateway();
  answerWithSpace(gateway, 'old');
  await gateway.lookUp(id);
  answerWithSpace(gateway, 'new');

  gateway.clock.advance(ttlMs + staleMs);

  expect(await spaceIn(gateway.lookUp(id))).toBe('new');
});

test('the age of an entry counts from the call, not from its answer', async () => {
  await using gateway = await startCachedGateway({ UPSTREAM_TIMEOUT_MS: '600000', CACHE_STALE_MS: '0' });
  gateway.upstream.setLatency(100, 'conversationSpace');
  const first = gateway.lookUp(id);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  gateway.clock.advance(ttlMs - 1);
  await first;
  await gateway.lookUp(id);
  expect(gateway.asked()).toHaveLength(1);

  gateway.clock.advance(1);
  await gateway.lookUp(id);

  expect(gateway.asked()).toHaveLength(2);
});

test.each([
  ['an error of DingTalk’s', { kind: 'error', code: 'systemError' }],
  ['a spent monthly quota', { kind: 'error', code: 'Forbidden.AccessDenied.ApiCountLimitForOrg' }],
  ['an exceeded rate limit', { kind: 'error', code: 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi' }],
  ['a reset', { kind: 'reset' }],
  ['an HTML page', { kind: 'html', status: 200 }],
] as const)('%s: the stale entry is served until it is too old', async (_what, fault) => {
  await using gateway = await startCachedGateway();
  await gateway.lookUp(id);
  gateway.upstream.addFault('conversationSpace', fault);

  gateway.clock.advance(ttlMs);
  expect(codeOf(await gateway.lookUp(id))).toBeUndefined();
  await eventually(() => gateway.log.some((line) => line.includes('"lookup failed"')));
  gateway.clock.advance(staleMs - 1);
  expect(codeOf(await gateway.lookUp(id))).toBeUndefined();
  gateway.clock.advance(1);

  expect(codeOf(await gateway.lookUp(id))).toEqual(expect.any(String));
});

test('a failed revalidation is not repeated for a second', async () => {
  await using gateway = await startCachedGateway();
  const failures = (): number => gateway.log.filter((line) => line.includes('"lookup failed"')).length;
  await gateway.lookUp(id);
  const spent = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: spent });

  gateway.clock.advance(ttlMs);
  await gateway.lookUp(id);
  await eventually(() => failures() === 1);
  gateway.clock.advance(999);
  await gateway.lookUp(id);
  await gateway.lookUp(id);
  const callsWithinASecond = gateway.asked().length;
  gateway.clock.advance(1);
  await gateway.lookUp(id);
  await eventually(() => failures() === 2);

  expect(callsWithinASecond).toBe(2);
});

test('a refusal is served for its time only, unchanged', async () => {
  await using gateway = await startCachedGateway();

  const first = await gateway.lookUp('cid.permissionDenied');
  gateway.clock.advance(negativeTtlMs - 1);
  const second = await gateway.lookUp('cid.permissionDenied');
  const calls = gateway.asked().length;
  gateway.clock.advance(1);
  await gateway.lookUp('cid.permissionDenied');

  expect(first.body.errors?.[0]?.extensions).toEqual({
    code: 'FORBIDDEN',
    retryable: false,
    dingtalk: { code: 'permissionDenied', status: 403, requestId: expect.any(String) },
  });
  expect(second.body).toEqual(first.body);
  expect([calls, gateway.asked().length]).toEqual([1, 2]);
});

test.each([
  ['permissionDenied', 'FORBIDDEN', 1],
  ['acrossOrgAccessForbidden', 'CROSS_ORGANIZATION_FORBIDDEN', 1],
  ['conversationNotExist', 'CONVERSATION_NOT_FOUND', 1],
  ['paramError', 'BAD_USER_INPUT', 2],
  ['paramError.conversationId', 'BAD_USER_INPUT', 2],
  ['Forbidden.AccessDenied.ApiCountLimitForOrg', 'QUOTA_EXHAUSTED', 1],
  ['Forbidden.AccessDenied.AccessTokenPermissionDenied', 'GATEWAY_MISCONFIGURED', 2],
] as const)('%s, looked up twice, is %s after %d call(s)', async (upstreamCode, code, calls) => {
  await using gateway = await startCachedGateway();

  const answers = [await gateway.lookUp(`cid.${upstreamCode}`), await gateway.lookUp(`cid.${upstreamCode}`)];

  expect(answers.map(codeOf)).toEqual([code, code]);
  expect(gateway.asked()).toHaveLength(calls);
});

test.each(['permissionDenied', 'conversationNotExist', 'paramError.conversationId'] as const)(
  '%s removes the entry at once, even within its stale time',
  async (code) => {
    await using gateway = await startCachedGateway();
    await gateway.lookUp(id);
    gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);
    gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' });

    gateway.clock.advance(ttlMs);
    await gateway.lookUp(id);
    await eventually(async () => codeOf(await gateway.lookUp(id)) !== undefined);
    gateway.clock.advance(negativeTtlMs);

    expect(codeOf(await gateway.lookUp(id))).toBe('UPSTREAM_UNAVAILABLE');
  },
);

test('entries are kept apart by viewer', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  gateway.upstream.denyAccess('lin', id);

  const answers = [await gateway.lookUp(id, 'chy'), await gateway.lookUp(id, 'lin')];
  const again = [await gateway.lookUp(id, 'lin'), await gateway.lookUp(id, 'chy')];

  expect(answers.map(codeOf)).toEqual([undefined, 'FORBIDDEN']);
  expect(again.map(codeOf)).toEqual(['FORBIDDEN', undefined]);
  expect(gateway.asked()).toHaveLength(2);
});

test('one text as a conversation id and as a space id is two lookups', async () => {
  await using gateway = await startCachedGateway({ CACHE_TTL_MS: '60000' });
  const space = await gateway.query(
    '{ _entities(representations: [{ __typename: "Space", spaceId: "cid.demo.a" }]) { ... on Space { corpId } } }',
  );

  await gateway.lookUp(id);

  expect(space.status).toBe(200);
  expect(gateway.upstream.callsTo('storageSpace')).toHaveLength(1);
  expect(gateway.asked()).toEqual([id]);
});

test('CACHE_MAX_ENTRIES keeps the latest entries', async () => {
  await using gateway = await startCachedGateway({ CACHE_MAX_ENTRIES: '2' });
  for (const each of ['a', 'b', 'c']) await gateway.lookUp(`cid.demo.${each}`);

  for (const each of ['c', 'b', 'a']) await gateway.lookUp(`cid.demo.${each}`);

  expect(gateway.asked()).toEqual(['a', 'b', 'c', 'a'].map((each) => `cid.demo.${each}`));
});

test.each([
  ['CACHE_TTL_MS=0 caches nothing', { CACHE_TTL_MS: '0' }, 0, [id, id]],
  ['CACHE_STALE_MS=0 serves nothing stale', { CACHE_STALE_MS: '0' }, ttlMs, [id, id]],
] as const)('%s', async (_what, environment, waitMs, asked) => {
  await using gateway = await startCachedGateway(environment);

  await gateway.lookUp(id);
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' });
  gateway.clock.advance(waitMs);

  expect(codeOf(await gateway.lookUp(id))).toBe('FORBIDDEN');
  expect(gateway.asked()).toEqual(asked);
});

test('CACHE_NEGATIVE_TTL_MS=0 caches no refusal, but a refusal still removes the entry', async () => {
  await using gateway = await startCachedGateway({ CACHE_NEGATIVE_TTL_MS: '0' });
  await gateway.lookUp(id);
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' }, 1);
  gateway.clock.advance(ttlMs);
  await gateway.lookUp(id);
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  answerWithSpace(gateway, 'new');

  await eventually(async () => (await spaceIn(gateway.lookUp(id))) === 'new');
});

test('a revalidation outlives its client, and closing the gateway ends it', async () => {
  const gateway = await startCachedGateway();
  await gateway.lookUp(id);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  gateway.clock.advance(ttlMs);

  await gateway.lookUp(id);
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  const underWay = gateway.upstream.inFlight;
  // The clock stands still, so its deadline never comes.
  await gateway.close();

  expect(underWay).toBe(1);
  expect(problemLines(gateway.log)).toEqual([]);
});
