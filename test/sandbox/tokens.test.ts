import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, fetchCorpToken, lookUp, post } from './sandbox-client.ts';

const { appKey, appSecret, corpId, suiteKey, suiteSecret, suiteTicket } = sandboxCredentials;
const corpTokenBody = { client_id: appKey, client_secret: appSecret, grant_type: 'client_credentials' };
const corpAccessTokenBody = { suiteKey, suiteSecret, suiteTicket, authCorpId: corpId };
const invalidAuthentication = { code: 'InvalidAuthentication', message: '不合法的access_token' };

let sandbox: Sandbox;
let nowMs: number;

beforeEach(async () => {
  nowMs = 0;
  sandbox = await startSandbox({ nowMs: () => nowMs });
});
afterEach(() => sandbox.close());

describe('each token endpoint issues a token that the lookup accepts', () => {
  test('accessToken', async () => {
    const { status, body } = await post(sandbox, '/v1.0/oauth2/accessToken', { appKey, appSecret });

    expect({ status, body }).toEqual({
      status: 200,
      body: { accessToken: expect.stringMatching(/^[0-9a-f]{32}$/), expireIn: 7200 },
    });
    expect(await lookUp(sandbox, (body as { accessToken: string }).accessToken, 'cid.demo.a')).toHaveProperty(
      'status',
      200,
    );
  });

  test('corpToken, in snake_case', async () => {
    const { status, body } = await post(sandbox, `/v1.0/oauth2/${corpId}/token`, corpTokenBody);

    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.any(String), expires_in: 7200 },
    });
    expect(
      await lookUp(sandbox, (body as { access_token: string }).access_token, 'cid.demo.a'),
    ).toHaveProperty('status', 200);
  });

  test('corpToken for the third-party app', async () => {
    const body = { ...corpTokenBody, client_id: suiteKey, client_secret: suiteSecret };

    expect(await post(sandbox, `/v1.0/oauth2/${corpId}/token`, body)).toHaveProperty('status', 200);
  });

  test('corpAccessToken', async () => {
    const { status, body } = await post(sandbox, '/v1.0/oauth2/corpAccessToken', corpAccessTokenBody);

    expect({ status, body }).toEqual({
      status: 200,
      body: { accessToken: expect.any(String), expireIn: 7200 },
    });
    expect(await lookUp(sandbox, (body as { accessToken: string }).accessToken, 'cid.demo.a')).toHaveProperty(
      'status',
      200,
    );
  });
});

test.each([
  ['a wrong appKey', '/v1.0/oauth2/accessToken', { appKey: 'x', appSecret }, 400, 'invalidClientIdOrSecret'],
  ['a wrong secret', '/v1.0/oauth2/accessToken', { appKey, appSecret: 'x' }, 400, 'invalidClientIdOrSecret'],
  ['no body fields', '/v1.0/oauth2/accessToken', {}, 400, 'invalidClientIdOrSecret'],
  [
    'a wrong client secret',
    `/v1.0/oauth2/${corpId}/token`,
    { ...corpTokenBody, client_secret: 'x' },
    400,
    'invalid.client',
  ],
  [
    'camelCase instead of snake_case',
    `/v1.0/oauth2/${corpId}/token`,
    { clientId: appKey, clientSecret: appSecret, grantType: 'client_credentials' },
    400,
    'invalid.client',
  ],
  [
    'another grant type',
    `/v1.0/oauth2/${corpId}/token`,
    { ...corpTokenBody, grant_type: 'password' },
    400,
    'unsupported.grant.type',
  ],
  ['an unknown organization', '/v1.0/oauth2/dingother/token', corpTokenBody, 401, 'unauthorized.client'],
  [
    'a wrong suite key',
    '/v1.0/oauth2/corpAccessToken',
    { ...corpAccessTokenBody, suiteKey: 'x' },
    400,
    'invalidSuiteKey',
  ],
  [
    'an old suite ticket',
    '/v1.0/oauth2/corpAccessToken',
    { ...corpAccessTokenBody, suiteTicket: 'x' },
    400,
    'invalidSuiteTicket',
  ],
  [
    'an unknown authCorpId',
    '/v1.0/oauth2/corpAccessToken',
    { ...corpAccessTokenBody, authCorpId: 'x' },
    400,
    'invalidAuthInfo',
  ],
])('%s is refused', async (_name, path, requestBody, status, code) => {
  const received = await post(sandbox, path, requestBody);

  expect(received.status).toBe(status);
  expect(received.body).toEqual({ code, message: expect.any(String), requestid: expect.any(String) });
});

test('a body without a JSON content type is read as no credentials', async () => {
  const headers = { 'content-type': 'text/plain' };

  expect(await post(sandbox, '/v1.0/oauth2/accessToken', { appKey, appSecret }, headers)).toHaveProperty(
    'body.code',
    'invalidClientIdOrSecret',
  );
});

test('a request within the life of a token returns the same token and renews it', async () => {
  const first = await fetchAccessToken(sandbox);
  nowMs = 7_199_999;
  const second = await fetchAccessToken(sandbox);
  nowMs = 7_199_999 + 7_199_999;

  expect(second).toBe(first);
  expect(await lookUp(sandbox, first, 'cid.demo.a')).toHaveProperty('status', 200);
});

test('a token past its life is 400 InvalidAuthentication, and the next one is new', async () => {
  sandbox.setTokenLifeSeconds(60);
  const token = await fetchAccessToken(sandbox);
  nowMs = 60_000;

  expect(await lookUp(sandbox, token, 'cid.demo.a')).toMatchObject({
    status: 400,
    body: invalidAuthentication,
  });
  expect(await fetchAccessToken(sandbox)).not.toBe(token);
});

test('expireTokens makes every issued token unknown, and the next one is new', async () => {
  const token = await fetchAccessToken(sandbox);
  const corpToken = await fetchCorpToken(sandbox, corpId);
  sandbox.expireTokens();

  for (const old of [token, corpToken]) {
    expect(await lookUp(sandbox, old, 'cid.demo.a')).toMatchObject({
      status: 400,
      body: invalidAuthentication,
    });
  }
  expect(await fetchAccessToken(sandbox)).not.toBe(token);
});

test('a token belongs to one organization', async () => {
  const corpIds = ['ding1234xxxxx', 'ding5678xxxxx'];
  const tokens = await Promise.all(corpIds.map((each) => fetchCorpToken(sandbox, each)));
  const spaces = await Promise.all(tokens.map((token) => lookUp(sandbox, token, 'cid.demo.a')));

  expect(new Set(tokens).size).toBe(2);
  expect(spaces.map(({ body }) => (body as { space: { corpId: string } }).space.corpId)).toEqual(corpIds);
});
