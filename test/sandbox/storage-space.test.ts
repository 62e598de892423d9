import storage, { GetSpaceHeaders, GetSpaceRequest } from '@alicloud/dingtalk/dist/storage_1_0/client.js';
import { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  documentedErrors,
  documentedStorageErrors,
  documentedTokenErrors,
} from '../../src/sandbox/documented-errors.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { fetchAccessToken, get, lookUp, type Received } from './sandbox-client.ts';

let sandbox: Sandbox;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  token = await fetchAccessToken(sandbox);
});
afterAll(() => sandbox.close());

const ask = (spaceId: string, unionId = 'chyxxxxx', accessToken = token): Promise<Received> =>
  get(sandbox, `/v1.0/storage/spaces/${encodeURIComponent(spaceId)}?unionId=${unionId}`, {
    'x-acs-dingtalk-access-token': accessToken,
  });

const exampleSpace = {
  id: '798xxxxx',
  corpId: 'ding1234xxxxx',
  creatorId: 'chyxxxxx',
  modifierId: 'chyxxxxx',
  ownerType: 'APP',
  ownerId: 'app-1001',
  appId: '1001',
  name: '产品团队 Product team',
  scene: 'default',
  sceneId: '0',
  status: 'NORMAL',
  quota: 107_374_182_400,
  usedQuota: 3_221_225_472,
  capabilities: { canSearch: true, canRename: true, canRecordRecentFile: true },
  partitions: [
    {
      partitionType: 'PUBLIC_OSS_PARTITION',
      quota: { used: 3_221_225_472, max: 107_374_182_400, reserved: 10_737_418_240, type: 'PRIVATE' },
    },
    { partitionType: 'MINI_OSS_PARTITION', quota: { used: 0, type: 'SHARE' } },
  ],
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-01T10:00:00Z',
};

describe('the data', () => {
  test('the example has the same data as the lookup, under the names of the storage API, and more', async () => {
    const { status, body } = await ask('798xxxxx');

    expect({ status, body }).toEqual({ status: 200, body: { space: exampleSpace } });
  });

  test('the space of a made-up group has the same data as the lookup of that group', async () => {
    const { body } = await lookUp(sandbox, token, 'cid.demo.a');
    const { spaceId, ...facts } = (body as { space: Record<string, string> }).space;

    expect((await ask(spaceId!)).body).toEqual({
      space: { ...exampleSpace, id: spaceId, name: `演示空间 Demo ${spaceId}`, ...facts },
    });
  });

  test('a demo space is stable and unique for each id', async () => {
    const [first, again, other] = await Promise.all(
      ['space.demo.a', 'space.demo.a', 'space.demo.B/='].map(async (id) => (await ask(id)).body),
    );

    expect(again).toEqual(first);
    expect(first).toHaveProperty('space.id', 'space.demo.a');
    expect(other).toHaveProperty('space.id', 'space.demo.B/=');
  });

  test.each([
    '798XXXXX',
    'space.demo.',
    'cid9FTRQSLo+sKxxxx',
    'space.spacenotexist',
    '__proto__',
    '12345',
    '012345678',
    '1234567890123456',
  ])('%s is not known, for ids are case-sensitive', async (id) => {
    expect(await ask(id)).toMatchObject({ status: 404, body: { code: 'spaceNotExist' } });
  });
});

test('the lists of errors have no duplicates', () => {
  const codes = [...documentedErrors, ...documentedTokenErrors, ...documentedStorageErrors].map(
    ({ code }) => code,
  );

  expect(documentedStorageErrors.map(({ code, status }) => [code, status])).toEqual([['spaceNotExist', 404]]);
  expect(new Set(codes).size).toBe(codes.length);
});

test.each([...documentedErrors, ...documentedStorageErrors])(
  'space.$code is $status',
  async ({ code, status, message, ...rest }) => {
    const received = await ask(`space.${code}`);

    expect(received.status).toBe(status);
    expect(received.body).toEqual({ code, message, requestid: expect.any(String), ...rest });
  },
);

test('a token and an operator are required, and an operator may be denied', async () => {
  sandbox.denyAccess('linxxxxx', '798xxxxx');
  const codes = await Promise.all([
    get(sandbox, '/v1.0/storage/spaces/798xxxxx?unionId=chyxxxxx'),
    ask('798xxxxx', 'chyxxxxx', 'unknown'),
    ask('798xxxxx', ''),
    ask('798xxxxx', 'linxxxxx'),
  ]);
  sandbox.allowAccess('linxxxxx', '798xxxxx');

  expect(codes.map(({ body }) => (body as { code: string }).code)).toEqual([
    'AuthenticationFailed.MissingParameter',
    'InvalidAuthentication',
    'paramError',
    'permissionDenied',
  ]);
  expect(await ask('798xxxxx', 'linxxxxx')).toHaveProperty('status', 200);
});

test('the official SDK reads the answer', async () => {
  const config = new Config({ protocol: 'http', regionId: 'central', endpoint: new URL(sandbox.url).host });
  const { statusCode, body } = await new storage.default(config).getSpaceWithOptions(
    '798xxxxx',
    new GetSpaceRequest({ unionId: 'chyxxxxx' }),
    new GetSpaceHeaders({ xAcsDingtalkAccessToken: token }),
    new RuntimeOptions({}),
  );

  expect(statusCode).toBe(200);
  expect(JSON.parse(JSON.stringify(body))).toEqual({ space: exampleSpace });
});
