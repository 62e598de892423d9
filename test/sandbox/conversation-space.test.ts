import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { documentedErrors } from '../../src/sandbox/documented-errors.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, get, lookUp, lookupPath, post } from './sandbox-client.ts';

let sandbox: Sandbox;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  token = await fetchAccessToken(sandbox);
});
afterAll(() => sandbox.close());

const exampleSpace = {
  spaceId: '798xxxxx',
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

describe('the data', () => {
  test("the API page's example, with the two id headers of every success", async () => {
    const { status, headers, body } = await lookUp(sandbox, token, 'cid9FTRQSLo+sKxxxx');

    expect({ status, body }).toEqual({ status: 200, body: { space: exampleSpace } });
    expect(headers.get('x-acs-request-id')).toMatch(/^[0-9A-F-]{36}$/);
    expect(headers.get('x-acs-trace-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each([
    [
      'cid.shortTime',
      {
        space: {
          ...exampleSpace,
          createTime: '2022-07-29T14:55Z',
          modifiedTime: 'Fri Mar 06 16:33:28 CST 2026',
        },
      },
    ],
    ['cid.badTime', { space: { ...exampleSpace, createTime: 'yesterday' } }],
    [
      'cid.wrongTypes',
      {
        space: {
          spaceId: 798,
          corpId: ['ding1234xxxxx'],
          createTime: 1_641_031_200_000,
          modifiedTime: {},
        },
      },
    ],
    ['cid.noSpace', {}],
    ['cid.errcode', { errcode: 404, errmsg: '请求的URI地址不存在' }],
    ['cid.html', expect.stringContaining('<html>')],
  ])('%s is 200 with its own body', async (id, body) => {
    expect(await lookUp(sandbox, token, id)).toMatchObject({ status: 200, body });
  });

  test.each([
    ['cid.502', 502, ''],
    ['cid.503', 503, ''],
    ['cid.504', 504, expect.stringContaining('<html>')],
    [
      'cid.ipBan',
      403,
      { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ],
  ])('%s is not an answer of the API', async (id, status, body) => {
    const received = await lookUp(sandbox, token, id);

    expect({ status: received.status, body: received.body }).toEqual({ status, body });
  });

  test('a demo space is stable, unique for each id, and modified after it was created', async () => {
    const ids = ['cid.demo.a', 'cid.demo.a', 'cid.demo.B+/='];
    const bodies = await Promise.all(ids.map(async (id) => (await lookUp(sandbox, token, id)).body));
    const [first, again, other] = bodies as { space: typeof exampleSpace }[];

    expect(again).toEqual(first);
    expect(other!.space.spaceId).not.toBe(first!.space.spaceId);
    for (const { space } of [first!, other!]) {
      expect(space.spaceId).toMatch(/^\d+$/);
      expect(space.createTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Date.parse(space.modifiedTime)).toBeGreaterThanOrEqual(Date.parse(space.createTime));
    }
  });

  test.each([
    'CID9FTRQSLO+SKXXXX',
    'cid.Demo.a',
    'cid.demo.',
    'cid.permissiondenied',
    'nothing',
    '__proto__',
  ])('%s is unknown: ids are case-sensitive', async (id) => {
    expect(await lookUp(sandbox, token, id)).toMatchObject({
      status: 404,
      body: { code: 'conversationNotExist' },
    });
  });
});

describe('documented errors', () => {
  // Written out on purpose: DingTalk’s documentation decides, not the list under test.
  const statusOf: Record<string, number> = {
    paramError: 400,
    'paramError.conversationId': 400,
    permissionDenied: 403,
    acrossOrgAccessForbidden: 403,
    conversationNotExist: 404,
    systemError: 500,
    unknownError: 500,
    InvalidAuthentication: 400,
    'accesstoken.expired': 400,
    'AuthenticationFailed.MissingParameter': 400,
    invalidClientIdOrSecret: 400,
    'invalid.client': 400,
    'unauthorized.client': 401,
    'Forbidden.AccessDenied.AccessTokenPermissionDenied': 403,
    apiPermissionDenied: 400,
    orgAuthLevelNotEnough: 403,
    'forbidden.accessDenied.realmControl': 403,
    'Forbidden.AccessDenied.IpNotInWhiteList': 403,
    'Forbidden.AccessDenied.QpsLimitForApi': 403,
    'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi': 403,
    'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi': 403,
    'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi': 403,
    'Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi': 403,
    'Forbidden.AccessDenied.ApiCountLimitForOrg': 403,
    'system.busy': 429,
    systemBusy: 429,
    serviceBusy: 503,
    'systemError.busy': 500,
    operationTimeout: 500,
  };

  test('the list holds every documented error and nothing else', () => {
    expect(Object.fromEntries(documentedErrors.map(({ code, status }) => [code, status]))).toEqual(statusOf);
  });

  test.each(documentedErrors)('cid.$code is $status', async ({ code, status, message, ...rest }) => {
    const received = await lookUp(sandbox, token, `cid.${code}`);

    expect(received.status).toBe(status);
    expect(received.body).toEqual({
      code,
      message,
      requestid: expect.stringMatching(/^[0-9A-F-]{36}$/),
      ...rest,
    });
  });

  test('a missing scope names the scope', async () => {
    expect(
      await lookUp(sandbox, token, 'cid.Forbidden.AccessDenied.AccessTokenPermissionDenied'),
    ).toHaveProperty('body.accessdenieddetail', { requiredScopes: ['ConvFile.Space.Read'] });
  });
});

describe('requirements of the lookup', () => {
  const openConversationId = 'cid.demo.a';

  test.each([
    ['no token', {}, 'AuthenticationFailed.MissingParameter'],
    ['a bearer token', { authorization: 'Bearer TOKEN' }, 'AuthenticationFailed.MissingParameter'],
    ['an unknown token', { 'x-acs-dingtalk-access-token': 'x' }, 'InvalidAuthentication'],
    [
      "a person's token",
      { 'x-acs-dingtalk-access-token': 'sandbox-user-token-chy' },
      'InvalidAuthentication',
    ],
  ])('%s is 400', async (_name, headers, code) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('TOKEN', token)]),
    );

    expect(await post(sandbox, `${lookupPath}?unionId=chyxxxxx`, { openConversationId }, sent)).toMatchObject(
      { status: 400, body: { code } },
    );
  });

  test.each([
    ['no unionId', '', { openConversationId }, 'paramError'],
    ['unionId in the body', '', { openConversationId, unionId: 'chyxxxxx' }, 'paramError'],
    ['an empty unionId', '?unionId=', { openConversationId }, 'paramError'],
    ['no openConversationId', '?unionId=chyxxxxx', {}, 'paramError.conversationId'],
    ['a number for an id', '?unionId=chyxxxxx', { openConversationId: 1 }, 'paramError.conversationId'],
    ['a list for an id', '?unionId=chyxxxxx', { openConversationId: ['a'] }, 'paramError.conversationId'],
    ['a body that is not an object', '?unionId=chyxxxxx', 'cid.demo.a', 'paramError.conversationId'],
  ])('%s is 400', async (_name, query, body, code) => {
    expect(
      await post(sandbox, `${lookupPath}${query}`, body, { 'x-acs-dingtalk-access-token': token }),
    ).toMatchObject({ status: 400, body: { code } });
  });
});

test('an operator who is denied one id may read others, and others may read it', async () => {
  sandbox.denyAccess('linxxxxx', 'cid.demo.a');

  expect(await lookUp(sandbox, token, 'cid.demo.a', 'linxxxxx')).toMatchObject({
    status: 403,
    body: { code: 'permissionDenied' },
  });
  expect(await lookUp(sandbox, token, 'cid.demo.b', 'linxxxxx')).toHaveProperty('status', 200);
  expect(await lookUp(sandbox, token, 'cid.demo.a', 'chyxxxxx')).toHaveProperty('status', 200);

  sandbox.allowAccess('linxxxxx', 'cid.demo.a');
  expect(await lookUp(sandbox, token, 'cid.demo.a', 'linxxxxx')).toHaveProperty('status', 200);
});

test.each(['/', lookupPath, '/v1.0/contact/users/chyxxxxx', '/v1.0/oauth2/accessToken', '/%zz'])(
  'GET %s is an unknown path: 200 with errcode',
  async (path) => {
    expect(await get(sandbox, path)).toMatchObject({
      status: 200,
      body: { errcode: 404, errmsg: expect.any(String) },
    });
  },
);
