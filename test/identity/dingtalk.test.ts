import { expect, test } from '@jest/globals';
import type { Fault } from '../../src/sandbox/fault.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { found, lookup, rawQuery, unauthenticated } from '../support/raw-query.ts';
import { startGateway } from '../support/start-gateway.ts';

const chy = 'sandbox-user-token-chy';
const lin = 'sandbox-user-token-lin';

async function startUserTokenGateway() {
  const clock = createManualClock();
  const gateway = await startGateway({ clock, environment: { VIEWER_AUTH: 'dingtalk' } });
  const ask = (token: string) => rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]);
  return { clock, gateway, ask, [Symbol.asyncDispose]: () => gateway.close() };
}

const operators = (gateway: { upstream: { callsTo(api: 'conversationSpace'): readonly any[] } }) =>
  gateway.upstream.callsTo('conversationSpace').map(({ query }) => query.unionId);

test('DingTalk is asked for the owner of a token once in five minutes', async () => {
  await using under = await startUserTokenGateway();

  const answers = [await under.ask(chy), await under.ask(lin)];
  under.clock.advance(5 * 60_000 - 1);
  answers.push(await under.ask(chy));
  expect(under.gateway.upstream.callsTo('usersMe')).toHaveLength(2);
  under.clock.advance(1);
  answers.push(await under.ask(chy));

  expect(answers.map(({ body }) => body)).toEqual([found, found, found, found]);
  expect(operators(under.gateway)).toEqual(['chyxxxxx', 'linxxxxx', 'chyxxxxx', 'chyxxxxx']);
  expect(
    under.gateway.upstream.callsTo('usersMe').map(({ headers }) => headers['x-acs-dingtalk-access-token']),
  ).toEqual([chy, lin, chy]);
});

test('simultaneous requests with one token share one call to users/me', async () => {
  await using under = await startUserTokenGateway();

  const answers = await Promise.all(Array.from({ length: 20 }, () => under.ask(chy)));

  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(under.gateway.upstream.callsTo('usersMe')).toHaveLength(1);
});

test('an unknown token is refused and not cached', async () => {
  await using under = await startUserTokenGateway();

  expect(await under.ask('unknown')).toMatchObject(unauthenticated);
  expect(await under.ask('unknown')).toMatchObject(unauthenticated);
  expect(under.gateway.upstream.calls.map(({ api }) => api)).toEqual(['usersMe', 'usersMe']);
});

test.each<[string, readonly (readonly [string, string])[]]>([
  ['none', []],
  [
    'one token twice',
    [
      ['authorization', `Bearer ${chy}`],
      ['authorization', `Bearer ${chy}`],
    ],
  ],
  [
    'two',
    [
      ['authorization', `Bearer ${chy}`],
      ['authorization', `Bearer ${lin}`],
    ],
  ],
  ['two tokens folded', [['authorization', `Bearer ${chy},${lin}`]]],
  ['a token in DingTalk’s header', [['x-acs-dingtalk-access-token', chy]]],
  ['a token beyond ASCII', [['authorization', 'Bearer chy\u00e9']]],
])('credentials such as %s are refused without a call', async (_name, headers) => {
  await using under = await startUserTokenGateway();

  expect(await rawQuery(under.gateway.url, headers)).toMatchObject(unauthenticated);
  expect(under.gateway.upstream.calls).toHaveLength(0);
});

test.each<[string, Fault, object]>([
  ['502', { kind: 'html', status: 502 }, {}],
  ['a systemError', { kind: 'error', code: 'systemError' }, {}],
  ['a reset', { kind: 'reset' }, {}],
  ['HTML', { kind: 'html', status: 200 }, {}],
  ['a 200 with an errcode', { kind: 'ok-with-errcode' }, {}],
  ['a person without a unionId', { kind: 'answer', status: 200, body: '{"nick":"Lin"}' }, {}],
  ['an invalid unionId', { kind: 'answer', status: 200, body: '{"unionId":"a,b"}' }, {}],
  ['its limit', { kind: 'error', code: 'Forbidden.AccessDenied.QpsLimitForApi' }, { retryAfterMs: 1000 }],
])('users/me that answers with %s is a 503, and not cached', async (_name, fault, more) => {
  await using under = await startUserTokenGateway();
  under.gateway.upstream.addFault('usersMe', fault, 1);

  expect(await under.ask(chy)).toMatchObject({
    status: 503,
    body: {
      errors: [
        {
          message: 'Your credentials cannot be checked right now: try again later.',
          extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, ...more },
        },
      ],
    },
  });
  expect(under.gateway.upstream.callsTo('conversationSpace')).toHaveLength(0);
  expect(await under.ask(chy)).toMatchObject({ status: 200, body: found });
});

test('users/me that does not answer is a 503 after the deadline', async () => {
  await using under = await startUserTokenGateway();
  under.gateway.upstream.addFault('usersMe', { kind: 'hang' }, 1);

  const waiting = under.ask(chy);
  await under.gateway.upstream.waitForCalls('usersMe', 1);
  under.clock.advance(5000);

  expect((await waiting).status).toBe(503);
});

test('an application without the permission for users/me is GATEWAY_MISCONFIGURED', async () => {
  await using under = await startUserTokenGateway();
  const code = 'Forbidden.AccessDenied.AccessTokenPermissionDenied';
  under.gateway.upstream.addFault('usersMe', { kind: 'error', code }, 1);

  expect(await under.ask(chy)).toMatchObject({
    status: 503,
    body: { errors: [{ extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false } }] },
  });
});

test('a client that disconnects fails no other; when all have gone, the call is aborted', async () => {
  await using under = await startUserTokenGateway();
  const { upstream, url } = under.gateway;
  const leaving = [new AbortController(), new AbortController()] as const;
  const ask = (signal: AbortSignal) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${chy}` },
      body: JSON.stringify({ query: lookup }),
      signal,
    });
  upstream.addFault('usersMe', { kind: 'hang' }, 1);

  const answers = leaving.map(({ signal }) => ask(signal));
  await upstream.waitForCalls('usersMe', 1);
  leaving[0].abort();
  await expect(answers[0]).rejects.toThrow();
  await fetch(`${url}/healthz`);
  expect([upstream.inFlight, upstream.abortedCalls]).toEqual([1, 0]);
  leaving[1].abort();
  await expect(answers[1]).rejects.toThrow();
  while (upstream.abortedCalls === 0) await new Promise((resolve) => setImmediate(resolve));

  expect(await under.ask(chy)).toMatchObject({ status: 200, body: found });
  expect(upstream.callsTo('usersMe')).toHaveLength(2);
});
