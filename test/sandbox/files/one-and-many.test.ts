import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox-client.ts';
import { createFilesClient, refusalOf, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  files = await createFilesClient(sandbox);
});
afterAll(() => sandbox.close());

const space = { spaceId: '798xxxxx' };
const plan = {
  id: '2001',
  spaceId: '798xxxxx',
  parentId: '0',
  type: 'FILE',
  name: '项目计划 Project plan.docx',
  path: '/项目计划 Project plan.docx',
  size: 24_576,
  version: 2,
  extension: 'docx',
  status: 'NORMAL',
  creatorId: 'chyxxxxx',
  modifierId: 'chyxxxxx',
  createTime: '2022-01-01T10:00:00Z',
  modifiedTime: '2022-01-04T10:00:00Z',
  properties: { readOnly: false },
  appProperties: {
    'app-1001': [{ name: 'stage', value: 'draft', visibility: 'PUBLIC' }],
    'app-1002': [{ name: 'owner', value: 'legal', visibility: 'PRIVATE' }],
  },
  uuid: '28e5377426f3607e5c2090bf339fe838',
  partitionType: 'PUBLIC_OSS_PARTITION',
  storageDriver: 'DINGTALK',
};
const thumbnailOf = (dentryId: string): object => ({
  width: 320,
  height: 240,
  url: `${sandbox.url}/thumbnails/798xxxxx/${dentryId}`,
});

describe('one file or folder', () => {
  test('a file, without the category that only lists have', async () => {
    const { status, body } = await files.dentry('798xxxxx', '2001');

    expect({ status, body }).toEqual({ status: 200, body: { dentry: plan } });
  });

  test('the root, whose parent is empty', async () => {
    const { status, body } = await files.dentry('798xxxxx', '0');

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        dentry: {
          id: '0',
          spaceId: '798xxxxx',
          parentId: '',
          type: 'FOLDER',
          name: '根目录 Root',
          path: '/',
          status: 'NORMAL',
          creatorId: 'chyxxxxx',
          modifierId: 'chyxxxxx',
          createTime: '2022-01-01T10:00:00Z',
          modifiedTime: '2022-01-01T10:00:00Z',
          properties: { readOnly: false },
          uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
          partitionType: 'PUBLIC_OSS_PARTITION',
          storageDriver: 'DINGTALK',
        },
      },
    });
  });

  test('with its thumbnail and the properties of the apps that were asked for', async () => {
    const option = { withThumbnail: true, appIdsForAppProperties: ['app-1002'] };
    const { body } = await files.dentry('798xxxxx', '2001', { option });

    expect(body).toEqual({
      dentry: {
        ...plan,
        appProperties: { 'app-1002': plan.appProperties['app-1002'] },
        thumbnail: thumbnailOf('2001'),
      },
    });
  });

  test('a body is not needed, and a wrong one is refused', async () => {
    const apps = Array.from({ length: 21 }, (_, at) => `app-${at}`);

    expect(await files.dentry('798xxxxx', '2001', undefined)).toHaveProperty('status', 200);
    expect(refusalOf(await files.dentry('798xxxxx', '2001', { option: { withThumbnail: 1 } }))).toEqual([
      400,
      'paramError',
    ]);
    expect(
      refusalOf(await files.dentry('798xxxxx', '2001', { option: { appIdsForAppProperties: apps } })),
    ).toEqual([400, 'paramError']);
  });

  test('a size above 2^53 is written with all its digits', async () => {
    const path = '/v1.0/storage/spaces/798xxxxx/dentries/2005/query?unionId=chyxxxxx';
    const headers = { 'x-acs-dingtalk-access-token': await fetchAccessToken(sandbox) };
    const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', headers });

    expect(await answer.text()).toContain('"size":9007199254740993,');
  });

  test.each([
    ['798xxxxx', '9999', 404, 'dentryNotExist'],
    ['798xxxxx', 'dentry.nonsense', 404, 'dentryNotExist'],
    ['nowhere', '2001', 404, 'spaceNotExist'],
    ['space.demo.a', '2001', 404, 'dentryNotExist'],
  ])('%s %s is %d %s', async (spaceId, dentryId, status, code) => {
    expect(refusalOf(await files.dentry(spaceId, dentryId))).toEqual([status, code]);
  });

  test('a file that an operator may not read', async () => {
    sandbox.denyAccess('linxxxxx', '2001');
    const refused = await files.dentry('798xxxxx', '2001', {}, 'linxxxxx');
    sandbox.allowAccess('linxxxxx', '2001');

    expect(refusalOf(refused)).toEqual([403, 'permissionDenied']);
    expect(await files.dentry('798xxxxx', '2001', {}, 'linxxxxx')).toHaveProperty('status', 200);
  });
});

describe('many at once', () => {
  test('an item for each id, the last one first, and failed ones at HTTP 200', async () => {
    sandbox.denyAccess('linxxxxx', '1001');
    const ids = ['2001', '1001', '9999', '2001'];
    const { status, body } = await files.batch('798xxxxx', ids, undefined, 'linxxxxx');
    sandbox.allowAccess('linxxxxx', '1001');

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        resultItems: [
          { ...space, dentryId: '9999', success: false, errorCode: 'dentryNotExist' },
          { ...space, dentryId: '1001', success: false, errorCode: 'permissionDenied' },
          { ...space, dentryId: '2001', success: true, dentry: plan },
        ],
      },
    });
  });

  test('an errorCode beside success, and an id that is left out', async () => {
    const { body } = await files.batch('798xxxxx', ['2002', 'dentry.missing', '2001']);

    expect(body).toEqual({
      resultItems: [
        { ...space, dentryId: '2001', success: true, dentry: plan },
        {
          ...space,
          dentryId: '2002',
          success: true,
          errorCode: 'dentryNotExist',
          dentry: expect.objectContaining({ id: '2002' }),
        },
      ],
    });
    expect(await files.dentry('798xxxxx', 'dentry.missing')).toHaveProperty('status', 200);
  });

  test('options are those of one', async () => {
    const { body } = await files.batch('798xxxxx', ['2001'], {
      withThumbnail: true,
      appIdsForAppProperties: [],
    });

    expect(body).toEqual({
      resultItems: [
        {
          ...space,
          dentryId: '2001',
          success: true,
          dentry: { ...plan, appProperties: {}, thumbnail: thumbnailOf('2001') },
        },
      ],
    });
  });

  test('thirty ids are served, thirty-one are 400', async () => {
    const ids = Array.from({ length: 31 }, (_, at) => String(at));
    const { body } = await files.batch('798xxxxx', ids.slice(0, 30));

    expect((body as { resultItems: object[] }).resultItems).toHaveLength(30);
    expect(refusalOf(await files.batch('798xxxxx', ids))).toEqual([400, 'paramError']);
    expect(refusalOf(await files.thumbnails('798xxxxx', ids))).toEqual([400, 'paramError']);
  });

  test.each([[undefined], [[]], ['2001'], [[2001]], [['']]])('%j is no list of ids', async (ids) => {
    expect(refusalOf(await files.batch('798xxxxx', ids))).toEqual([400, 'paramError']);
    expect(refusalOf(await files.thumbnails('798xxxxx', ids))).toEqual([400, 'paramError']);
  });
});

describe('thumbnails', () => {
  test('only some kinds have one; a virus has none, nor has an archived file', async () => {
    const { status, body } = await files.thumbnails('798xxxxx', [
      '1001',
      '2001',
      '2002',
      '2003',
      '2008',
      '2009',
    ]);

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        resultItems: [
          { ...space, dentryId: '2009', success: false, errorCode: 'fileViral' },
          { ...space, dentryId: '2008', success: false, errorCode: 'thumbnailNotExist' },
          { ...space, dentryId: '2003', success: false, errorCode: 'dentryFormatNotSupport' },
          {
            ...space,
            dentryId: '2002',
            success: true,
            errorCode: 'dentryNotExist',
            thumbnail: thumbnailOf('2002'),
          },
          { ...space, dentryId: '2001', success: true, thumbnail: thumbnailOf('2001') },
          { ...space, dentryId: '1001', success: false, errorCode: 'dentryFormatNotSupport' },
        ],
      },
    });
  });

  test('one comes late: it is not there at the first ask', async () => {
    const asks = [await files.thumbnails('798xxxxx', ['2010']), await files.thumbnails('798xxxxx', ['2010'])];

    expect(asks.map(({ body }) => body)).toEqual([
      { resultItems: [{ ...space, dentryId: '2010', success: false, errorCode: 'thumbnailNotExist' }] },
      { resultItems: [{ ...space, dentryId: '2010', success: true, thumbnail: thumbnailOf('2010') }] },
    ]);
  });
});
