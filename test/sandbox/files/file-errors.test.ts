import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  documentedChatErrors,
  documentedErrors,
  documentedFileErrors,
  documentedStorageErrors,
  documentedTokenErrors,
} from '../../../src/sandbox/documented-errors.ts';
import { fileOperations } from '../../../src/sandbox/files/file-operations.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { get, post, type Received } from '../sandbox-client.ts';
import { createFilesClient, refusalOf, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity });
  files = await createFilesClient(sandbox);
});
afterAll(() => sandbox.close());

// Written out once more on purpose: DingTalk’s documentation, not the table under test, decides.
const statusesOf: Record<string, Record<string, number>> = {
  dentries: {
    paramError: 400,
    permissionDenied: 403,
    spaceNotExist: 404,
    dentryNotExist: 404,
    systemError: 500,
    unknownError: 500,
    operationTimeout: 503,
  },
  dentry: {
    paramError: 400,
    permissionDenied: 403,
    spaceNotExist: 404,
    dentryNotExist: 404,
    systemError: 500,
    unknownError: 500,
    operationTimeout: 503,
  },
  dentriesBatch: {
    paramError: 400,
    permissionDenied: 403,
    spaceNotExist: 404,
    systemError: 500,
    unknownError: 500,
    operationTimeout: 503,
  },
  thumbnails: {
    paramError: 400,
    'paramError.spaceId': 400,
    'paramError.dentryIds': 400,
    permissionDenied: 400,
    dentryNotExist: 400,
    dentryFormatNotSupport: 400,
    fileViral: 400,
    fileMalicious: 400,
    thumbnailNotExist: 403,
    systemError: 500,
    unknownError: 500,
  },
  downloadInfo: {
    orgAuthLevelNotEnough: 403,
    permissionDenied: 403,
    paramError: 400,
    'paramError.spaceId': 400,
    'paramError.dentryId': 400,
    operationNotSupported: 400,
    dentryDownloadProtocolNotSupport: 400,
    fileArchived: 400,
    spaceNotExist: 404,
    dentryNotExist: 404,
    systemError: 500,
    unknownError: 500,
    operationTimeout: 503,
  },
  openInfo: {
    paramError: 400,
    'paramError.spaceId': 400,
    'paramError.dentryId': 400,
    'paramError.openType': 400,
    dentryEditNotSupport: 400,
    dentryPreviewNotSupport: 400,
    dentryExtensionNotSupport: 400,
    fileViral: 400,
    fileMalicious: 400,
    permissionDenied: 403,
    spaceNotExist: 404,
    dentryNotExist: 404,
    systemError: 500,
    unknownError: 500,
    operationTimeout: 503,
  },
};
const rows = Object.entries(statusesOf).flatMap(([api, statuses]) =>
  Object.entries(statuses).map(([code, status]) => [api, code, status] as const),
);

/** One call of an operation for one space and one file, or for the folder with that id. */
function ask(api: string, spaceId: string, dentryId: string): Promise<Received> {
  if (api === 'dentries') return files.list(spaceId, { parentId: dentryId });
  if (api === 'dentriesBatch') return files.batch(spaceId, ['2001', dentryId]);
  if (api === 'thumbnails') return files.thumbnails(spaceId, ['2001', dentryId]);
  return files[api as 'dentry' | 'downloadInfo' | 'openInfo'](spaceId, dentryId);
}

test('the table holds every documented error of every operation and nothing else', () => {
  const table = Object.entries(fileOperations).map(([api, { errors }]) => [api, errors]);

  expect(Object.fromEntries(table)).toEqual(statusesOf);
});

test('the lists of errors hold nothing twice', () => {
  const lists = [
    documentedErrors,
    documentedTokenErrors,
    documentedStorageErrors,
    documentedFileErrors,
    documentedChatErrors,
  ];
  const codes = lists.flat().map(({ code }) => code);

  expect(new Set(codes).size).toBe(codes.length);
});

describe.each(rows)('%s: %s is %d', (api, code, status) => {
  test.each([
    ['by a file', '798xxxxx', `dentry.${code}`],
    ['by a space', `space.${code}`, '2001'],
  ])('%s', async (_name, spaceId, dentryId) => {
    const received = await ask(api, spaceId, dentryId);

    expect(received.status).toBe(status);
    expect(received.body).toEqual({ code, message: expect.any(String), requestid: expect.any(String) });
  });
});

describe('an id that names the error of an item', () => {
  test.each(['permissionDenied', 'dentryNotExist'] as const)('%s in a batch of files', async (code) => {
    const { status, body } = await ask('dentriesBatch', '798xxxxx', `item.${code}`);

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        resultItems: [
          { success: false, errorCode: code },
          { dentryId: '2001', success: true },
        ],
      },
    });
  });

  test.each([
    'permissionDenied',
    'dentryNotExist',
    'dentryFormatNotSupport',
    'thumbnailNotExist',
    'fileViral',
    'fileMalicious',
  ] as const)('%s in a batch of thumbnails', async (code) => {
    const { status, body } = await ask('thumbnails', '798xxxxx', `item.${code}`);

    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        resultItems: [
          { success: false, errorCode: code },
          { dentryId: '2001', success: true },
        ],
      },
    });
  });

  test('where there are no items, the call fails with it', async () => {
    expect(refusalOf(await ask('openInfo', '798xxxxx', 'item.fileMalicious'))).toEqual([
      400,
      'fileMalicious',
    ]);
  });
});

test.each([
  ['dentry', 'dentry.fileViral'],
  ['dentriesBatch', 'dentry.fileArchived'],
  ['dentriesBatch', 'item.thumbnailNotExist'],
  ['thumbnails', 'dentry.dentryEditNotSupport'],
  ['downloadInfo', 'dentry.fileMalicious'],
])('%s does not document the error that %s names: there is such a file', async (api, id) => {
  const { status, body } = await ask(api, '798xxxxx', id);

  expect(status).toBe(200);
  expect(JSON.stringify(body)).toContain(id);
  expect(body).not.toHaveProperty('resultItems.0.errorCode');
});

test('a missing scope names the scope of the operation', async () => {
  const spaceId = 'space.Forbidden.AccessDenied.AccessTokenPermissionDenied';
  const scopes = await Promise.all(
    ['dentries', 'downloadInfo'].map(async (api) => (await ask(api, spaceId, '2001')).body),
  );

  expect(scopes).toMatchObject([
    { accessdenieddetail: { requiredScopes: ['Storage.File.Read'] } },
    { accessdenieddetail: { requiredScopes: ['Storage.DownloadInfo.Read'] } },
  ]);
});

describe.each(Object.keys(statusesOf))('%s', (api) => {
  test('asks for a token and an operator', async () => {
    await ask(api, '798xxxxx', '2001');
    const { method, path, headers, body } = sandbox.calls.at(-1)!;
    const token = { 'x-acs-dingtalk-access-token': String(headers['x-acs-dingtalk-access-token']) };
    const send = (query: string, sent: Record<string, string>): Promise<Received> =>
      method === 'GET' ? get(sandbox, `${path}${query}`, sent) : post(sandbox, `${path}${query}`, body, sent);

    expect((await send('?unionId=chyxxxxx', {})).body).toHaveProperty(
      'code',
      'AuthenticationFailed.MissingParameter',
    );
    expect(refusalOf(await send('', token))).toEqual([400, 'paramError']);
    expect(refusalOf(await send('?operatorId=chyxxxxx', token))).toEqual([400, 'paramError']);
  });

  test('answers what is no JSON for some spaces, and knows no others', async () => {
    const unknown = api === 'thumbnails' ? [400, 'paramError.spaceId'] : [404, 'spaceNotExist'];

    expect(await ask(api, 'space.502', '2001')).toMatchObject({ status: 502, body: '' });
    expect(await ask(api, 'space.html', '2001')).toMatchObject({ status: 200, body: expect.any(String) });
    expect(await ask(api, 'space.errcode', '2001')).toHaveProperty('body.errcode', 404);
    expect(refusalOf(await ask(api, 'nowhere', '2001'))).toEqual(unknown);
    expect(refusalOf(await ask(api, 'space.demo.', '2001'))).toEqual(unknown);
  });

  test('refuses an operator who is denied the space', async () => {
    sandbox.denyAccess('chyxxxxx', '798xxxxx');
    const refused = await ask(api, '798xxxxx', '2001');
    sandbox.allowAccess('chyxxxxx', '798xxxxx');

    expect(refusalOf(refused)).toEqual([api === 'thumbnails' ? 400 : 403, 'permissionDenied']);
  });
});
