import { createSecretKey } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createManualClock } from '../support/manual-clock.ts';
import { found } from '../support/raw-query.ts';
import { otherKey, sessionKey, startSessionGateway } from '../support/session-gateway.ts';

const hourMs = 3_600_000;

test('a page inside DingTalk signs in with its code, and its token asks as that person', async () => {
  await using gateway = await startSessionGateway();

  const { status, headers, body } = await gateway.signIn({ authCode: 'auth.linxxxxx.1' });

  expect({ status, body }).toEqual({
    status: 201,
    body: { token: expect.any(String), expiresAt: '2026-01-15T02:00:01.000Z', user: { name: 'Lin Xiaomei' } },
  });
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString())).toEqual({
    iss: 'dingtalk-graphql-gateway',
    aud: 'sandbox-app-key',
    exp: Date.UTC(2026, 0, 15, 2, 0, 1) / 1000,
    auth_time: Date.UTC(2026, 0, 15, 0, 0, 1) / 1000,
    sid: expect.any(String),
    unionId: 'linxxxxx',
    name: 'Lin Xiaomei',
  });
  expect(await gateway.ask(body.token)).toMatchObject({ status: 200, body: found });
  const [tokenCall, userInfo, space] = gateway.upstream.calls;
  expect([tokenCall?.api, userInfo?.api, space?.api]).toEqual([
    'accessToken',
    'getUserInfo',
    'conversationSpace',
  ]);
  // The same token of the app serves both hosts; the legacy one takes it in the URL.
  expect(userInfo).toMatchObject({
    method: 'POST',
    query: { access_token: space?.headers['x-acs-dingtalk-access-token'] },
    body: { code: 'auth.linxxxxx.1' },
  });
  expect(userInfo?.headers['x-acs-dingtalk-access-token']).toBeUndefined();
  expect(space?.query).toEqual({ unionId: 'linxxxxx' });
});

test('a page elsewhere signs in with the code of DingTalk’s login page', async () => {
  await using gateway = await startSessionGateway();

  const { status, body } = await gateway.signIn({ oauthCode: 'oauth.chyxxxxx.1' });

  expect({ status, body }).toEqual({
    status: 201,
    body: { token: expect.any(String), expiresAt: '2026-01-15T02:00:01.000Z', user: { name: 'Chen Haoyu' } },
  });
  expect(await gateway.ask(body.token)).toMatchObject({ status: 200, body: found });
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual([
    'userAccessToken',
    'usersMe',
    'accessToken',
    'getByUnionId',
    'conversationSpace',
  ]);
  const [exchange, usersMe, , member] = gateway.upstream.calls;
  expect(exchange?.body).toEqual({
    clientId: 'sandbox-app-key',
    clientSecret: 'sandbox-app-secret',
    code: 'oauth.chyxxxxx.1',
    grantType: 'authorization_code',
  });
  expect(usersMe?.headers['x-acs-dingtalk-access-token']).toBe('sandbox-user-token-chy');
  expect(member).toMatchObject({ body: { unionid: 'chyxxxxx' } });
});

test('a token ends when it expires; one that was renewed meanwhile goes on', async () => {
  await using gateway = await startSessionGateway();
  const first = await gateway.tokenOf('auth.chyxxxxx.1');

  gateway.clock.advance(hourMs);
  const renewed = await gateway.renew(first);
  expect(renewed).toMatchObject({
    status: 200,
    body: { expiresAt: '2026-01-15T03:00:01.000Z', user: { name: 'Chen Haoyu' } },
  });
  gateway.clock.advance(hourMs);

  expect((await gateway.ask(first)).status).toBe(401);
  expect((await gateway.renew(first)).status).toBe(401);
  expect(await gateway.ask(renewed.body.token)).toMatchObject({ status: 200, body: found });
  expect(gateway.upstream.callsTo('getUserInfo')).toHaveLength(1);
});

test('a session can be renewed for twelve hours from the sign-in, and no longer', async () => {
  await using gateway = await startSessionGateway({ environment: { SESSION_TTL_MS: String(5 * hourMs) } });
  let token = await gateway.tokenOf('auth.chyxxxxx.1');
  const ends: string[] = [];

  for (let renewal = 0; renewal < 3; renewal += 1) {
    gateway.clock.advance(4 * hourMs - 1000);
    const { body } = await gateway.renew(token);
    ends.push(body.expiresAt);
    token = body.token;
  }

  expect(ends).toEqual(['2026-01-15T09:00:00.000Z', '2026-01-15T12:00:01.000Z', '2026-01-15T12:00:01.000Z']);
  expect((await gateway.ask(token)).status).toBe(200);
  gateway.clock.advance(3000);
  expect([(await gateway.ask(token)).status, (await gateway.renew(token)).status]).toEqual([401, 401]);
});

const refused = (message: string, more: object = {}) => ({
  errors: [{ message, extensions: { code: 'UNAUTHENTICATED', retryable: false, ...more } }],
});
const ended = refused('Your session has ended or is not of this gateway: sign in again.');

test('after the end of a session none of its tokens counts, and those of others do', async () => {
  await using gateway = await startSessionGateway();
  const first = await gateway.tokenOf('auth.chyxxxxx.1');
  const other = await gateway.tokenOf('auth.chyxxxxx.2');
  const { body } = await gateway.renew(first);

  const answer = await gateway.end(body.token);

  expect(answer).toMatchObject({ status: 204, body: undefined });
  for (const token of [first, body.token]) {
    const asked = await gateway.ask(token);
    expect(asked).toMatchObject({ status: 401, body: ended });
    expect(asked.headers.get('www-authenticate')).toBe('Bearer');
    expect(await gateway.renew(token)).toMatchObject({ status: 401, body: ended });
  }
  expect((await gateway.end(first)).status).toBe(204);
  expect(await gateway.ask(other)).toMatchObject({ status: 200, body: found });
});

test.each([
  ['none', undefined, 'Send one token, in the header Authorization: Bearer <token>.'],
  ['no JWT', 'x', 'Your session has ended or is not of this gateway: sign in again.'],
])('renewing and ending with %s are refused', async (_what, token, message) => {
  await using gateway = await startSessionGateway();
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };

  for (const [method, path] of [
    ['POST', '/session/renew'],
    ['DELETE', '/session'],
  ] as const) {
    const answer = await fetch(`${gateway.url}${path}`, { method, headers });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 401,
      body: refused(message),
    });
  }
});

test.each([
  ['the page’s code', { authCode: 'auth.chyxxxxx.1' }, 'authCode', '40078', 'ask DingTalk for a new one'],
  [
    'the login page’s code',
    { oauthCode: 'oauth.chyxxxxx.1' },
    'oauthCode',
    'invalidParameter.authCode.notFound',
    'sign in to DingTalk again',
  ],
])('%s works once', async (_what, body, argument, code, remedy) => {
  await using gateway = await startSessionGateway();
  expect((await gateway.signIn(body)).status).toBe(201);

  const again = await gateway.signIn(body);

  expect(again).toMatchObject({
    status: 401,
    body: refused(`The code is wrong, used or expired: ${remedy}.`, { argument, dingtalk: { code } }),
  });
  expect(again.headers.get('www-authenticate')).toBe('Bearer');
});

test.each([
  ['authCode', 'auth.chyxxxxx.1', 'getUserInfo'],
  ['oauthCode', 'oauth.chyxxxxx.1', 'userAccessToken'],
] as const)('two equal codes at once (%s) are one exchange', async (kind, code, api) => {
  await using gateway = await startSessionGateway();
  gateway.upstream.addFault(api, { kind: 'hang' }, 1);

  const first = gateway.signIn({ [kind]: code });
  await gateway.upstream.waitForCalls(api, 1);
  const second = await gateway.signIn({ [kind]: code });
  gateway.clock.advance(5000);

  expect(second).toMatchObject({
    status: 401,
    body: refused('Another request uses this code: ask DingTalk for a new one.', { argument: kind }),
  });
  expect((await first).status).toBe(504);
  expect(gateway.upstream.callsTo(api)).toHaveLength(1);
  // The first one may not have reached DingTalk.
  expect((await gateway.signIn({ [kind]: code })).status).toBe(201);
});

const badInput = (message: string, argument?: string) => ({
  status: 400,
  body: {
    errors: [
      {
        message,
        extensions: { code: 'BAD_USER_INPUT', retryable: false, ...(argument !== undefined && { argument }) },
      },
    ],
  },
});
const noCode = badInput('Send a JSON object with either authCode or oauthCode.');
const noText = (argument: string) =>
  badInput(`Send the code that DingTalk gave you, as a text, in ${argument}.`, argument);

test.each<[string, unknown, object]>([
  ['no code', {}, noCode],
  ['a list', [], noCode],
  ['null', null, noCode],
  ['both codes', { authCode: 'a', oauthCode: 'b' }, noCode],
  ['a number', { authCode: 1 }, noText('authCode')],
  ['null as its code', { authCode: null }, noText('authCode')],
  ['an empty code', { oauthCode: '' }, noText('oauthCode')],
  ['a code with a blank', { authCode: 'a b' }, noText('authCode')],
  ['a code of 513 letters', { authCode: 'a'.repeat(513) }, noText('authCode')],
  ['no corpId', { authCode: 'a', corpId: 'a/b' }, badInput('Send a corpId as a text, or none.', 'corpId')],
  [
    'a corpId, at an internal application',
    { authCode: 'a', corpId: 'ding1234xxxxx' },
    badInput('Leave corpId out: this gateway serves one organization.', 'corpId'),
  ],
])('a body with %s is refused without a call', async (_what, body, expected) => {
  await using gateway = await startSessionGateway();

  expect(await gateway.signIn(body)).toMatchObject(expected);
  expect(gateway.upstream.calls).toEqual([]);
});

test('a body that is no JSON, or too long, is refused', async () => {
  await using gateway = await startSessionGateway();
  const send = async (body: string, type: string) => {
    const headers = { 'content-type': type };
    return (await fetch(`${gateway.url}/session`, { method: 'POST', headers, body })).status;
  };

  expect(await send('', 'application/json')).toBe(400);
  expect(await send('{"authCode":"auth.chyxxxxx.1"}', 'text/plain')).toBe(415);
  expect(await send('authCode=auth.chyxxxxx.1', 'application/x-www-form-urlencoded')).toBe(415);
  expect(await send('{', 'application/json')).toBe(400);
  expect(await send(JSON.stringify({ authCode: 'a', more: 'x'.repeat(4096) }), 'application/json')).toBe(413);
  expect(gateway.upstream.calls).toEqual([]);
});

test('the limit of a too long body is the one of signing in, which no variable sets', async () => {
  await using gateway = await startSessionGateway();

  const { status, body } = await gateway.signIn({ authCode: 'x'.repeat(5000) });

  const message = 'The body is too long: send less at once.';
  const extensions = { code: 'BAD_REQUEST', retryable: false, limit: 4096, asked: 5015 };
  expect({ status, body }).toEqual({ status: 413, body: { errors: [{ message, extensions }] } });
});

test('renewing and ending need no body, with any content type', async () => {
  await using gateway = await startSessionGateway();
  const token = await gateway.tokenOf('auth.chyxxxxx.1');
  const send = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return (await fetch(`${gateway.url}${path}`, { method, headers })).status;
  };

  expect([await send('POST', '/session/renew'), await send('DELETE', '/session')]).toEqual([200, 204]);
  expect(await send('POST', '/session')).toBe(400);
});

test('other methods are refused with those that are served, and other modes have no such route', async () => {
  await using gateway = await startSessionGateway();
  await using fixed = await startSessionGateway({ environment: { VIEWER_AUTH: 'fixed' } });

  const put = await fetch(`${gateway.url}/session`, { method: 'PUT' });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
  expect((await fixed.signIn({ authCode: 'auth.chyxxxxx.1' })).status).toBe(404);
});

test('pages of an allowed origin may sign in and out', async () => {
  const origin = 'https://app.example.com';
  await using gateway = await startSessionGateway({ environment: { CORS_ORIGINS: origin } });

  const preflight = await fetch(`${gateway.url}/session`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'DELETE',
      'access-control-request-headers': 'authorization',
    },
  });

  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
});

test('while a key is replaced the tokens of both count, and only the first signs', async () => {
  const clock = createManualClock();
  await using before = await startSessionGateway({ clock });
  await using during = await startSessionGateway({
    clock,
    environment: { SESSION_KEY: `${otherKey},${sessionKey}` },
  });
  await using after = await startSessionGateway({ clock, environment: { SESSION_KEY: otherKey } });
  const old = await before.tokenOf('auth.chyxxxxx.1');

  expect([(await during.ask(old)).status, (await after.ask(old)).status]).toEqual([200, 401]);
  const { body } = await during.renew(old);
  expect([(await after.ask(body.token)).status, (await before.ask(body.token)).status]).toEqual([200, 401]);
});

test('a token outlives a restart, and counts at no other application', async () => {
  const clock = createManualClock();
  const gateway = await startSessionGateway({ clock });
  const token = await gateway.tokenOf('auth.chyxxxxx.1');
  await gateway.close();
  await using again = await startSessionGateway({ clock });
  await using other = await startSessionGateway({ clock, environment: { DINGTALK_APP_KEY: 'another-app' } });

  expect(await again.ask(token)).toMatchObject({ status: 200, body: found });
  expect(await other.ask(token)).toMatchObject({ status: 401, body: ended });
});

const signed = (claims: object, header: object = { alg: 'HS256' }, key = sessionKey) =>
  new SignJWT({ ...claims })
    .setProtectedHeader(header as { alg: string })
    .sign(createSecretKey(Buffer.from(key)));
const nowS = Date.UTC(2026, 0, 15, 0, 0, 1) / 1000;
const good = {
  iss: 'dingtalk-graphql-gateway',
  aud: 'sandbox-app-key',
  exp: nowS + 60,
  auth_time: nowS,
  sid: 'a-session',
  unionId: 'chyxxxxx',
};

test.each<[string, number, Promise<string> | string]>([
  ['a good one', 200, signed(good)],
  ['one with another key', 401, signed(good, { alg: 'HS256' }, otherKey)],
  ['one with another algorithm', 401, signed(good, { alg: 'HS512' }, sessionKey.repeat(2))],
  ['one without a signature', 401, `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(good))}.`],
  ['one of another issuer', 401, signed({ ...good, iss: 'x' })],
  ['one without an expiry', 401, signed({ ...good, exp: undefined })],
  ['one without a session', 401, signed({ ...good, sid: undefined })],
  ['one without a person', 401, signed({ ...good, unionId: undefined })],
  ['one with no unionId', 401, signed({ ...good, unionId: 'a,b' })],
])('of tokens such as %s the status is %i', async (_what, status, token) => {
  await using gateway = await startSessionGateway();

  expect((await gateway.ask(await token)).status).toBe(status);
});
