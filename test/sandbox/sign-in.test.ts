import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from './sandbox-client.ts';

let sandbox: Sandbox;
let token: string;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(async () => {
  token = await fetchAccessToken(sandbox);
});
afterAll(() => sandbox.close());

async function post(path: string, body: object): Promise<any> {
  const response = await fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}
const getUserInfo = (code: unknown, accessToken = token) =>
  post(`/topapi/v2/user/getuserinfo?access_token=${accessToken}`, { code });
const getByUnionId = (unionid: unknown, accessToken = token) =>
  post(`/topapi/user/getbyunionid?access_token=${accessToken}`, { unionid });

test('a code of a page names its person, once', async () => {
  expect(await getUserInfo('auth.linxxxxx.a')).toEqual({
    errcode: 0,
    errmsg: 'ok',
    request_id: expect.any(String),
    result: {
      userid: 'user-linxxxxx',
      unionid: 'linxxxxx',
      name: 'Lin Xiaomei',
      device_id: 'sandbox-device',
      sys: false,
      sys_level: 0,
    },
  });
  expect(await getUserInfo('auth.linxxxxx.a')).toMatchObject({ errcode: 40078 });
});

test.each(['oauth.linxxxxx.a', 'auth.linxxxxx', 'auth.nobody.a', '', undefined, 1])(
  'the code %j is unknown',
  async (code) => {
    expect(await getUserInfo(code)).toMatchObject({ errcode: 40078 });
  },
);

test('a member has a userid; anyone else is not found', async () => {
  expect(await getByUnionId('chyxxxxx')).toMatchObject({
    errcode: 0,
    result: { userid: 'user-chyxxxxx', contact_type: 0 },
  });
  expect(await getByUnionId('wangxxxxx')).toMatchObject({ errcode: 60121 });
  expect(await getUserInfo('auth.wangxxxxx.a')).toMatchObject({ errcode: 60121 });
});

test('a wrong token of the app is refused by both, and uses up no code', async () => {
  expect(await getUserInfo('auth.chyxxxxx.b', 'x')).toMatchObject({ errcode: 40014 });
  expect(await getByUnionId('chyxxxxx', '')).toMatchObject({ errcode: 40014 });
  expect(await getUserInfo('auth.chyxxxxx.b')).toMatchObject({ errcode: 0 });
});

test('the login page leads back with a code and the state; it asks for a known application', async () => {
  const query = new URLSearchParams({
    client_id: 'sandbox-app-key',
    redirect_uri: 'http://127.0.0.1:1/back?a="<b>',
    state: 'the state',
  });
  const response = await fetch(`${sandbox.url}/oauth2/auth?${query.toString()}`);
  const html = await response.text();
  const links = [...html.matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, href = '', name]) => ({
    name,
    url: new URL(href.replaceAll('&amp;', '&')),
  }));

  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(links.map(({ name }) => name)).toEqual(['Chen Haoyu', 'Lin Xiaomei', 'Wang Wei']);
  const [{ url } = { url: new URL('about:blank') }] = links;
  expect(url.origin).toBe('http://127.0.0.1:1');
  expect(url.searchParams.get('state')).toBe('the state');
  expect(url.searchParams.get('authCode')).toMatch(/^oauth\.chyxxxxx\.[\w-]{36}$/);
  for (const wrong of [{ client_id: 'x' }, { redirect_uri: 'javascript:alert(1)' }, { redirect_uri: 'x' }]) {
    const other = new URLSearchParams({ ...Object.fromEntries(query), ...wrong });
    expect((await fetch(`${sandbox.url}/oauth2/auth?${other.toString()}`)).status).toBe(400);
  }
});
