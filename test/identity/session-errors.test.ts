import { expect, test } from '@jest/globals';
import type { Fault, SandboxApi } from '../../src/sandbox/sandbox.ts';
import { legacyErrors } from '../../src/sandbox/sign-in/legacy-answer.ts';
import { legacyCodes } from '../../src/errors/legacy-codes.ts';
import { memberEndpoint } from '../../src/identity/sessions/member.endpoint.ts';
import { pagePersonEndpoint } from '../../src/identity/sessions/page-person.endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { advanceUntil } from '../support/manual-clock.ts';
import { startSessionGateway } from '../support/session-gateway.ts';

test('the known codes of the legacy host are those of the stand-in', () => {
  const known = [legacyCodes, pagePersonEndpoint.refusals, memberEndpoint.refusals].flatMap(Object.keys);
  const standIns = legacyErrors.map(({ errcode, sub_code: subCode }) => subCode ?? String(errcode));

  expect([...new Set(known)].toSorted()).toEqual([...new Set(standIns)].toSorted());
});

/** An answer of the legacy host, always with 200. */
const says = (body: object): Fault => ({
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ request_id: 'a-request', errmsg: 'words of DingTalk', ...body }),
});
const dingtalk = (code: string) => ({ code, status: 200, requestId: 'a-request' });
const wrongCode = 'The code is wrong, used or expired: ask DingTalk for a new one.';
const outside = 'You are not in the organization of this application: sign in as one of its members.';
const misconfigured =
  "DingTalk refuses this gateway's application: its operator must check credentials, permissions and IP white list.";
const unavailable = 'DingTalk is not available right now: try again later.';
const malformed = 'DingTalk sent a malformed answer, and may have taken the code: ask it for a new one.';
const tooMany = 'Too many calls to DingTalk right now: wait retryAfterMs and try again.';

/** What the legacy host does, and the status, message and extensions of our answer. */
const failures: readonly (readonly [string, Fault, number, string, object])[] = [
  [
    'errcode 40078',
    says({ errcode: 40078 }),
    401,
    wrongCode,
    { code: 'UNAUTHENTICATED', argument: 'authCode', dingtalk: dingtalk('40078') },
  ],
  [
    'errcode 40078 as a text',
    says({ errcode: '40078' }),
    401,
    wrongCode,
    { code: 'UNAUTHENTICATED', argument: 'authCode', dingtalk: dingtalk('40078') },
  ],
  [
    'a person whom it does not know',
    says({ errcode: 60121 }),
    403,
    outside,
    { code: 'FORBIDDEN', dingtalk: dingtalk('60121') },
  ],
  [
    'a person whom the application may not see',
    says({ errcode: '50002' }),
    403,
    outside,
    { code: 'FORBIDDEN', dingtalk: dingtalk('50002') },
  ],
  [
    'a missing permission',
    says({ errcode: 88, sub_code: '60011', sub_msg: '应用尚未开通所需的权限：[qyapi_base]' }),
    503,
    misconfigured,
    {
      code: 'GATEWAY_MISCONFIGURED',
      dingtalk: { ...dingtalk('60011'), requiredScopes: ['qyapi_base'] },
    },
  ],
  [
    'a missing permission, as a code of its own',
    says({ errcode: '60011' }),
    503,
    misconfigured,
    {
      code: 'GATEWAY_MISCONFIGURED',
      dingtalk: { ...dingtalk('60011'), requiredScopes: ['qyapi_base'] },
    },
  ],
  [
    'errcode 88 alone',
    says({ errcode: 88 }),
    503,
    misconfigured,
    { code: 'GATEWAY_MISCONFIGURED', dingtalk: dingtalk('88') },
  ],
  [
    'an address that is not allowed',
    says({ errcode: 60020 }),
    503,
    misconfigured,
    { code: 'GATEWAY_MISCONFIGURED', dingtalk: dingtalk('60020') },
  ],
  [
    'errcode -1',
    says({ errcode: -1 }),
    503,
    unavailable,
    { code: 'UPSTREAM_UNAVAILABLE', retryable: true, dingtalk: dingtalk('-1') },
  ],
  [
    'its rate limit',
    says({ errcode: 90018 }),
    429,
    tooMany,
    { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1000, dingtalk: dingtalk('90018') },
  ],
  [
    'an unknown errcode',
    says({ errcode: 12345 }),
    502,
    malformed,
    { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: false, dingtalk: dingtalk('12345') },
  ],
  [
    'success without a result',
    says({ errcode: 0 }),
    502,
    malformed,
    {
      code: 'UPSTREAM_MALFORMED_RESPONSE',
      retryable: false,
      dingtalk: { status: 200, requestId: 'a-request' },
    },
  ],
  [
    'a person without a unionId',
    says({ errcode: '0', result: { name: 'Lin' } }),
    502,
    malformed,
    {
      code: 'UPSTREAM_MALFORMED_RESPONSE',
      retryable: false,
      dingtalk: { status: 200, requestId: 'a-request' },
    },
  ],
  [
    'a page',
    { kind: 'html', status: 200 },
    502,
    malformed,
    { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: false, dingtalk: { status: 200 } },
  ],
  [
    'nothing',
    { kind: 'empty' },
    502,
    malformed,
    { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: false, dingtalk: { status: 200 } },
  ],
  [
    'a page of a proxy',
    { kind: 'html', status: 502 },
    503,
    unavailable,
    { code: 'UPSTREAM_UNAVAILABLE', retryable: true, dingtalk: { status: 502 } },
  ],
  [
    'a 404 with a code, as of a wrong address of the host',
    { kind: 'answer', status: 404, body: '{"code":"no.route","message":"words"}' },
    502,
    malformed,
    {
      code: 'UPSTREAM_MALFORMED_RESPONSE',
      retryable: false,
      dingtalk: { code: 'no.route', status: 404 },
    },
  ],
  ['a reset', { kind: 'reset' }, 503, unavailable, { code: 'UPSTREAM_UNAVAILABLE', retryable: true }],
  [
    'a redirect',
    { kind: 'redirect', location: 'http://127.0.0.1:1/' },
    502,
    malformed,
    { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: false, dingtalk: { status: 302 } },
  ],
  [
    'more than its bound',
    { kind: 'huge', bytes: 100_000 },
    502,
    malformed,
    { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: false },
  ],
  [
    'a ban of our address',
    { kind: 'ip-ban' },
    429,
    tooMany,
    { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 5000, dingtalk: { status: 403 } },
  ],
];

test.each(failures)('a legacy host that answers with %s', async (_what, fault, status, message, more) => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault('getUserInfo', fault, 1);

  const answer = await gateway.signIn({ authCode: 'auth.chyxxxxx.1' });

  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { errors: [{ message, extensions: { retryable: false, ...more } }] },
  });
  expect(answer.headers.get('retry-after')).toBe(
    'retryAfterMs' in more ? String(Number(more.retryAfterMs) / 1000) : null,
  );
  expect(gateway.log.join('')).toContain('"msg":"signing in failed"');
  // A code works once: it is not sent again.
  expect(gateway.upstream.callsTo('getUserInfo')).toHaveLength(1);
});

test('a legacy host that does not answer is UPSTREAM_TIMEOUT at the deadline', async () => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault('getUserInfo', { kind: 'hang' }, 1);

  const waiting = gateway.signIn({ authCode: 'auth.chyxxxxx.1' });
  await gateway.upstream.waitForCalls('getUserInfo', 1);
  gateway.clock.advance(5000);

  expect(await waiting).toMatchObject({
    status: 504,
    body: {
      errors: [
        {
          message: 'DingTalk did not answer in time: try again.',
          extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true },
        },
      ],
    },
  });
});

test('no answer about the person of a code that was taken is 504, and not retryable', async () => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault('usersMe', { kind: 'hang' }, 1);

  const waiting = gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1' });
  await gateway.upstream.waitForCalls('usersMe', 1);
  gateway.clock.advance(5000);

  expect(await waiting).toMatchObject({
    status: 504,
    body: { errors: [{ message: taken, extensions: { code: 'UPSTREAM_TIMEOUT', retryable: false } }] },
  });
});

test.each([40001, 40014, 42001])(
  'after errcode %i the token of the app is fetched again, and the code is sent with that one',
  async (errcode) => {
    await using gateway = await startSessionGateway();
    await gateway.tokenOf('auth.linxxxxx.1');
    gateway.upstream.expireTokens();
    gateway.upstream.addFault('getUserInfo', says({ errcode: 88, sub_code: String(errcode) }), 1);
    gateway.upstream.clearCalls();

    expect((await gateway.signIn({ authCode: 'auth.chyxxxxx.1' })).status).toBe(201);

    expect(gateway.upstream.calls.map(({ api }) => api)).toEqual([
      'getUserInfo',
      'accessToken',
      'getUserInfo',
    ]);
    const [first, , second] = gateway.upstream.calls;
    expect(first?.query['access_token']).not.toBe(second?.query['access_token']);
  },
);

const taken = 'DingTalk failed after it had taken the code: sign in to DingTalk again.';

/** A step of the road by the login page that fails, how, and our answer. */
const steps: readonly (readonly [string, SandboxApi, Fault, number, string, object])[] = [
  [
    'an undocumented refusal of the code',
    'userAccessToken',
    { kind: 'answer', status: 400, body: '{"code":"some.code","message":"words","requestid":"a-request"}' },
    401,
    'DingTalk refuses the code: ask it for a new one.',
    {
      code: 'UNAUTHENTICATED',
      argument: 'oauthCode',
      dingtalk: { code: 'some.code', status: 400, requestId: 'a-request' },
    },
  ],
  [
    'a refusal of the application',
    'userAccessToken',
    { kind: 'error', code: 'invalidClientIdOrSecret', message: 'words' },
    503,
    misconfigured,
    {
      code: 'GATEWAY_MISCONFIGURED',
      dingtalk: { code: 'invalidClientIdOrSecret', status: 400, requestId: expect.any(String) },
    },
  ],
  [
    'a failure of the exchange',
    'userAccessToken',
    { kind: 'html', status: 502 },
    503,
    unavailable,
    { code: 'UPSTREAM_UNAVAILABLE', retryable: true, dingtalk: { status: 502 } },
  ],
  [
    'a failure of users/me',
    'usersMe',
    { kind: 'html', status: 502 },
    503,
    taken,
    { code: 'UPSTREAM_UNAVAILABLE' },
  ],
  [
    'too many calls of users/me',
    'usersMe',
    { kind: 'error', code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' },
    429,
    taken,
    { code: 'RATE_LIMITED' },
  ],
  [
    'a page in place of the person',
    'usersMe',
    { kind: 'html', status: 200 },
    502,
    taken,
    { code: 'UPSTREAM_MALFORMED_RESPONSE' },
  ],
  [
    'a refusal of the new token',
    'usersMe',
    { kind: 'error', code: 'InvalidAuthentication' },
    502,
    taken,
    { code: 'UPSTREAM_MALFORMED_RESPONSE' },
  ],
  [
    'an answer about the member that is not the documented one',
    'getByUnionId',
    says({ errcode: 0, result: {} }),
    502,
    taken,
    { code: 'UPSTREAM_MALFORMED_RESPONSE' },
  ],
  [
    'a wrong address of the legacy host',
    'getByUnionId',
    { kind: 'answer', status: 404, body: '{"code":"no.route","message":"words"}' },
    502,
    taken,
    { code: 'UPSTREAM_MALFORMED_RESPONSE' },
  ],
  [
    'a person who is an outside contact',
    'getByUnionId',
    says({ errcode: 0, result: { userid: 'x', contact_type: '1' } }),
    403,
    outside,
    { code: 'FORBIDDEN' },
  ],
  [
    'a missing permission to look for members',
    'getByUnionId',
    says({ errcode: 88, sub_code: 60011 }),
    503,
    misconfigured,
    {
      code: 'GATEWAY_MISCONFIGURED',
      dingtalk: { ...dingtalk('60011'), requiredScopes: ['qyapi_get_member'] },
    },
  ],
];

test.each(steps)('by the login page: %s', async (_what, api, fault, status, message, more) => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault(api, fault, 1);

  const answer = await gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1' });

  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { errors: [{ message, extensions: { retryable: false, ...more } }] },
  });
  expect(gateway.upstream.callsTo('userAccessToken')).toHaveLength(1);
});

test('a person outside the organization is FORBIDDEN', async () => {
  await using gateway = await startSessionGateway();

  for (const body of [{ oauthCode: 'oauth.wangxxxxx.1' }, { authCode: 'auth.wangxxxxx.1' }]) {
    expect(await gateway.signIn(body)).toMatchObject({
      status: 403,
      body: { errors: [{ message: outside, extensions: { code: 'FORBIDDEN', retryable: false } }] },
    });
  }
});

test('looking for a member is repeated where that helps', async () => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault('getByUnionId', says({ errcode: '-1' }), 1);

  const { status } = await advanceUntil(gateway.clock, gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1' }));

  expect([status, gateway.upstream.callsTo('getByUnionId').length]).toEqual([201, 2]);
});

test('a legacy host that fails stops no lookup', async () => {
  await using gateway = await startSessionGateway();
  const token = await gateway.tokenOf('auth.chyxxxxx.1');
  gateway.upstream.addFault('getUserInfo', { kind: 'html', status: 502 });

  for (let attempt = 0; attempt < 30; attempt += 1) {
    await gateway.signIn({ authCode: `auth.chyxxxxx.${attempt}` });
  }

  expect((await gateway.ask(token)).status).toBe(200);
});

test('a client that leaves ends its exchange, and nothing is logged as answered', async () => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault('getUserInfo', { kind: 'hang' }, 1);
  const leaving = new AbortController();
  const answer = fetch(`${gateway.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"authCode":"auth.chyxxxxx.1"}',
    signal: leaving.signal,
  });
  await gateway.upstream.waitForCalls('getUserInfo', 1);
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await eventually(() => gateway.upstream.abortedCalls === 1);
  await eventually(() => gateway.log.some((line) => line.includes('"msg":"left"')));

  const ofSession = gateway.log.filter((line) => line.includes('"route":"/session"'));
  expect(ofSession.map((line) => JSON.parse(line).msg)).toEqual(['left']);
  expect(gateway.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});
