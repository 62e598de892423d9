import { expect, test } from '@jest/globals';
import { found } from '../support/raw-query.ts';
import { startSessionGateway } from '../support/session-gateway.ts';

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
