import { expect, test } from '@jest/globals';
import { advanceUntil, createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const exampleAnswer = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

interface UnderTest {
  readonly clock: ManualClock;
  readonly gateway: GatewayUnderTest;
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<UnderTest> {
  const clock = createManualClock();
  return { clock, gateway: await startGateway({ clock, environment }) };
}

const refused = (message: string, extensions: object) => ({
  data: { conversationSpace: null },
  errors: [{ message, locations: [{ line: 1, column: 20 }], path: ['conversationSpace'], extensions }],
});
const unavailable = (extensions: object) =>
  refused('DingTalk is not available right now: try again later.', {
    code: 'UPSTREAM_UNAVAILABLE',
    retryable: true,
    ...extensions,
  });
const rateLimited = (extensions: object) =>
  refused('Too many calls to DingTalk right now: wait retryAfterMs and try again.', {
    code: 'RATE_LIMITED',
    retryable: true,
    ...extensions,
  });

/** Different ids: one failing id is no sign that DingTalk fails. */
const nineIds = Array.from({ length: 9 }, (_, index) => ({ id: `cid.demo.${index}` }));
/** Nine lookups, and the ten retries of a fresh budget. */
const callsForNine = 19;

/** The identity headers of a router. */
const as = (unionId: string, corpId: string): Record<string, string> => ({
  'x-router-secret': 'router-secret',
  'x-dingtalk-union-id': unionId,
  'x-dingtalk-corp-id': corpId,
});

const callsOf = ({ upstream }: GatewayUnderTest): number => upstream.callsTo('conversationSpace').length;
const readiness = async ({ url }: GatewayUnderTest): Promise<number> => (await fetch(`${url}/readyz`)).status;

test('the breaker opens when most calls fail, for twice as long after each failed probe', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 });

  for (const variables of nineIds.slice(0, 8)) await gateway.query(lookup, variables);
  expect(await readiness(gateway)).toBe(200);
  const opening = await gateway.query(lookup, nineIds[8]);
  expect(opening.body).toEqual(unavailable({ dingtalk: { status: 502 } }));
  // Of the ten outcomes only the token call was a success.
  expect(callsOf(gateway)).toBe(callsForNine);

  const whileOpen = await gateway.query(lookup, example);
  expect(whileOpen.body).toEqual(unavailable({ retryAfterMs: 1000 }));
  expect(callsOf(gateway)).toBe(callsForNine);
  expect(await readiness(gateway)).toBe(200);

  clock.advance(1000);
  expect(await readiness(gateway)).toBe(200);
  const probe = await gateway.query(lookup, example);
  expect(probe.body).toEqual(unavailable({ dingtalk: { status: 502 } }));
  expect(callsOf(gateway)).toBe(callsForNine + 1);

  const openAgain = await gateway.query(lookup, example);
  expect(openAgain.body).toEqual(unavailable({ retryAfterMs: 2000 }));

  clock.advance(2000);
  gateway.upstream.clearFaults();
  const well = [await gateway.query(lookup, example), await gateway.query(lookup, example)];
  expect(well.map(({ body }) => body)).toEqual([exampleAnswer, exampleAnswer]);
  expect(callsOf(gateway)).toBe(callsForNine + 3);
});

test('no lookup waits for the running probes', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 });
  for (const variables of nineIds) await gateway.query(lookup, variables);
  clock.advance(1000);
  gateway.upstream.clearFaults();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 3);
  const leaving = new AbortController();

  const probes = nineIds.slice(0, 3).map((variables) => gateway.query(lookup, variables, {}, leaving.signal));
  await gateway.upstream.waitForCalls('conversationSpace', callsForNine + 3);
  const beside = await gateway.query(lookup, { id: 'cid.demo.beside' });
  leaving.abort();
  for (const probe of probes) await expect(probe).rejects.toThrow();
  while (gateway.upstream.abortedCalls < 3) await new Promise((resolve) => setImmediate(resolve));
  const next = await gateway.query(lookup, example);

  expect(beside.body).toEqual(unavailable({ retryAfterMs: 1000 }));
  expect(next.body).toEqual(exampleAnswer);
  expect(callsOf(gateway)).toBe(callsForNine + 4);
});

test('timeouts open the breaker', async () => {
  const { clock, gateway } = await start({ UPSTREAM_TIMEOUT_MS: '30000' });
  await using _ = gateway;
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });

  const asked = nineIds.map((variables) => gateway.query(lookup, variables));
  await gateway.upstream.waitForCalls('conversationSpace', 9);
  clock.advance(30_000);
  for (const { body } of await Promise.all(asked)) {
    expect(body.errors?.[0]?.extensions.code).toBe('UPSTREAM_TIMEOUT');
  }
  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual(unavailable({ retryAfterMs: 1000 }));
  expect(callsOf(gateway)).toBe(9);
});

test('failures of the token endpoint open the breaker', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 });

  for (let request = 0; request < 9; request += 1) await gateway.query(lookup, example);
  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual(unavailable({ retryAfterMs: 1000 }));
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(Array(10).fill('accessToken'));
});

test('an IP ban pauses all calls: a lookup waits, or is refused if its deadline comes first', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  gateway.upstream.addFault('conversationSpace', { kind: 'ip-ban' }, 1);

  const banned = await gateway.query(lookup, example);
  const refusedAtOnce = await gateway.query(lookup, example);
  clock.advance(1000);
  const waiting = gateway.query(lookup, example);
  await clock.waitForTimer(4000);
  expect(callsOf(gateway)).toBe(1);
  clock.advance(4000);

  expect(banned.body).toEqual(rateLimited({ retryAfterMs: 5000, dingtalk: { status: 403 } }));
  expect(refusedAtOnce.body).toEqual(rateLimited({ retryAfterMs: 5000 }));
  expect((await waiting).body).toEqual(exampleAnswer);
  expect(callsOf(gateway)).toBe(2);
  expect(gateway.log.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ kind: 'ip-banned', level: 'error' }),
  );
});

test('an IP ban pauses token calls too', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  gateway.upstream.addFault('accessToken', { kind: 'ip-ban' }, 1);

  await gateway.query(lookup, example);
  const meanwhile = await gateway.query(lookup, example);
  expect(meanwhile.body).toEqual(rateLimited({ retryAfterMs: 5000 }));
  expect(gateway.upstream.calls).toHaveLength(1);

  clock.advance(5000);
  expect((await gateway.query(lookup, example)).body).toEqual(exampleAnswer);
});

test('an announced ban of a day is probed after ten minutes', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  const body = JSON.stringify({ status: 1111, wait: 86_400, punish: 'deny' });
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 403, body }, 1);
  await gateway.query(lookup, example);

  clock.advance(599_000 - 5000);
  const before = await gateway.query(lookup, example);
  clock.advance(6000);
  const after = await gateway.query(lookup, example);

  expect(before.body).toEqual(rateLimited({ retryAfterMs: 6000 }));
  expect(after.body).toEqual(exampleAnswer);
});

test('a spent quota is probed every ten minutes, and blocks no other organization', async () => {
  const { clock, gateway } = await start({
    DINGTALK_CORP_ID: 'ding1234xxxxx',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
  });
  await using _ = gateway;
  const ask = (corpId: string) => gateway.query(lookup, example, as('chyxxxxx', corpId));
  const code = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);

  const first = await ask('ding1234xxxxx');
  const closed = await ask('ding1234xxxxx');
  const others = await ask('ding5678xxxxx');
  expect(others.body).toEqual(exampleAnswer);
  expect(callsOf(gateway)).toBe(2);

  const requestId = gateway.upstream.callsTo('conversationSpace')[0]?.requestId;
  const spent = refused(
    "The organization's monthly DingTalk calls are spent: wait for the next month or enlarge the quota.",
    { code: 'QUOTA_EXHAUSTED', retryable: false, dingtalk: { code, status: 403, requestId } },
  );
  expect(first.body).toEqual(spent);
  expect(closed.body).toEqual(spent);

  clock.advance(599_999);
  expect((await ask('ding1234xxxxx')).body).toEqual(spent);
  expect(callsOf(gateway)).toBe(2);
  clock.advance(1);
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);
  await ask('ding1234xxxxx');
  await ask('ding1234xxxxx');
  expect(callsOf(gateway)).toBe(3);

  clock.advance(600_000);
  const again = [await ask('ding1234xxxxx'), await ask('ding1234xxxxx')];
  expect(again.map(({ body }) => body)).toEqual([exampleAnswer, exampleAnswer]);
  expect(callsOf(gateway)).toBe(5);
});

test('an application of one organization has one quota, whatever organization its viewers name', async () => {
  const { gateway } = await start({ VIEWER_AUTH: 'router', ROUTER_SECRET: 'router-secret' });
  await using _ = gateway;
  const code = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);

  await gateway.query(lookup, example, as('chyxxxxx', 'ding1234xxxxx'));
  const { body } = await gateway.query(lookup, example, as('linxxxxx', 'ding5678xxxxx'));

  expect(body.errors?.[0]?.extensions.code).toBe('QUOTA_EXHAUSTED');
  expect(callsOf(gateway)).toBe(1);
});

test('one call at a time probes a spent quota', async () => {
  const { clock, gateway } = await start();
  await using _ = gateway;
  const code = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, 1);
  await gateway.query(lookup, example);
  clock.advance(600_000);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);

  const leaving = new AbortController();
  const probe = gateway.query(lookup, example, {}, leaving.signal);
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  const beside = await gateway.query(lookup, { id: 'cid.demo.beside' });
  leaving.abort();

  await expect(probe).rejects.toThrow();
  expect(beside.body.errors?.[0]?.extensions.code).toBe('QUOTA_EXHAUSTED');
  expect(callsOf(gateway)).toBe(2);
});

test('"too fast" halves the rate for a while', async () => {
  const { clock, gateway } = await start({ DINGTALK_QPS: '4' });
  await using _ = gateway;
  const body = JSON.stringify({ code: 'Forbidden.AccessDenied.QpsLimitForApi' });
  const tooFast = { kind: 'answer', status: 403, headers: { 'retry-after': '60' }, body } as const;
  gateway.upstream.addFault('conversationSpace', tooFast, 1);
  await gateway.query(lookup, example);
  clock.advance(1000);
  gateway.upstream.clearCalls();

  const four = ['a', 'b', 'c', 'd'].map(
    (id) => `${id}: conversationSpace(openConversationId: "cid.demo.${id}") { spaceId }`,
  );
  const startedAtMs = clock.nowMs();
  const { body: answer } = await advanceUntil(clock, gateway.query(`{ ${four.join(' ')} }`));

  expect(answer.errors).toBeUndefined();
  const inTheFirstSecond = gateway.upstream
    .callsTo('conversationSpace')
    .filter(({ atMs }) => atMs < startedAtMs + 1000);
  expect(inTheFirstSecond).toHaveLength(2);
  expect(callsOf(gateway)).toBe(4);
});

test('users/me goes through the same protections', async () => {
  const { gateway } = await start({ VIEWER_AUTH: 'dingtalk' });
  await using _ = gateway;
  gateway.upstream.addFault('usersMe', { kind: 'ip-ban' }, 1);
  const ask = (token: string) => gateway.query(lookup, example, { authorization: `Bearer ${token}` });

  const answers = [await ask('sandbox-user-token-chy'), await ask('sandbox-user-token-lin')];

  for (const { status, body } of answers) {
    expect([status, body.errors?.[0]?.extensions]).toEqual([
      503,
      { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterMs: 5000 },
    ]);
  }
  expect(gateway.upstream.callsTo('usersMe')).toHaveLength(1);
});

test('against the sandbox a failing id changes no other id’s answer', async () => {
  await using gateway = await startGateway({ environment: { DINGTALK_MODE: 'sandbox' } });
  const failing = ['systemError', 'ipBan', '502', 'Forbidden.AccessDenied.ApiCountLimitForOrg'];
  for (const code of [...failing, ...failing]) await gateway.query(lookup, { id: `cid.${code}` });

  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual(exampleAnswer);
  expect(await readiness(gateway)).toBe(200);
});

test('a viewer with fifty queued lookups does not delay another viewer’s single one', async () => {
  const { clock, gateway } = await start({
    DINGTALK_QPS: '2',
    UPSTREAM_TIMEOUT_MS: '60000',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'router-secret',
  });
  await using _ = gateway;
  const fifty = Array.from(
    { length: 50 },
    (_, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`,
  );
  const leaving = new AbortController();
  const busy = gateway.query(`{ ${fifty.join(' ')} }`, {}, as('busy', 'ding1234xxxxx'), leaving.signal);
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  await clock.waitForTimer(1000);

  const askedAtMs = clock.nowMs();
  const modest = await advanceUntil(clock, gateway.query(lookup, example, as('modest', 'ding1234xxxxx')));

  expect(modest.body).toEqual(exampleAnswer);
  const call = gateway.upstream
    .callsTo('conversationSpace')
    .find(({ query }) => query['unionId'] === 'modest');
  // Fifty lookups take twenty-five seconds.
  expect((call?.atMs ?? Infinity) - askedAtMs).toBeLessThan(5000);
  leaving.abort();
  await expect(busy).rejects.toThrow();
});
