import storage, * as sdk from '@alicloud/dingtalk/dist/storage_1_0/client.js';
import im, { ChatIdToOpenConversationIdHeaders } from '@alicloud/dingtalk/dist/im_1_0/client.js';
import { Config } from '@alicloud/openapi-client';
import { RuntimeOptions } from '@alicloud/tea-util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { documentedChatErrors } from '../../../src/sandbox/documented-errors.ts';
import { fileOperations } from '../../../src/sandbox/files/file-operations.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { fetchAccessToken } from '../sandbox-client.ts';
import { createFilesClient, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;
let client: InstanceType<typeof storage.default>;
let chats: InstanceType<typeof im.default>;
let xAcsDingtalkAccessToken: string;

beforeAll(async () => {
  sandbox = await startSandbox({ callsPerSecond: Infinity, nowMs: () => 0 });
  files = await createFilesClient(sandbox);
  const config = new Config({ protocol: 'http', regionId: 'central', endpoint: new URL(sandbox.url).host });
  client = new storage.default(config);
  chats = new im.default(config);
  xAcsDingtalkAccessToken = await fetchAccessToken(sandbox);
});
afterAll(() => sandbox.close());

const runtime = new RuntimeOptions({});
const unionId = 'chyxxxxx';
interface SdkAnswer {
  readonly statusCode?: number;
  readonly body?: unknown;
}

/** Each operation by the SDK, for one space and one file, or for the folder with that id. */
const bySdk: Record<string, (spaceId: string, dentryId: string) => Promise<SdkAnswer>> = {
  dentries: (spaceId, parentId) =>
    client.listDentriesWithOptions(
      spaceId,
      new sdk.ListDentriesRequest({ unionId, parentId, maxResults: 2, orderBy: 'NAME', withThumbnail: true }),
      new sdk.ListDentriesHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
  dentry: (spaceId, dentryId) =>
    client.getDentryWithOptions(
      spaceId,
      dentryId,
      new sdk.GetDentryRequest({ unionId, option: new sdk.GetDentryRequestOption({ withThumbnail: true }) }),
      new sdk.GetDentryHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
  dentriesBatch: (spaceId, dentryId) =>
    client.getDentriesWithOptions(
      spaceId,
      new sdk.GetDentriesRequest({ unionId, dentryIds: ['2001', dentryId, '9999'] }),
      new sdk.GetDentriesHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
  thumbnails: (spaceId, dentryId) =>
    client.getDentryThumbnailsWithOptions(
      spaceId,
      new sdk.GetDentryThumbnailsRequest({ unionId, dentryIds: ['2001', dentryId, '1001'] }),
      new sdk.GetDentryThumbnailsHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
  downloadInfo: (spaceId, dentryId) =>
    client.getFileDownloadInfoWithOptions(
      spaceId,
      dentryId,
      new sdk.GetFileDownloadInfoRequest({ unionId }),
      new sdk.GetFileDownloadInfoHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
  openInfo: (spaceId, dentryId) =>
    client.getDentryOpenInfoWithOptions(
      spaceId,
      dentryId,
      new sdk.GetDentryOpenInfoRequest({
        unionId,
        option: new sdk.GetDentryOpenInfoRequestOption({
          type: 'PREVIEW',
          checkLogin: true,
          waterMark: true,
        }),
      }),
      new sdk.GetDentryOpenInfoHeaders({ xAcsDingtalkAccessToken }),
      runtime,
    ),
};

const convert = (chatId: string): Promise<SdkAnswer> =>
  chats.chatIdToOpenConversationIdWithOptions(
    chatId,
    new ChatIdToOpenConversationIdHeaders({ xAcsDingtalkAccessToken }),
    runtime,
  );

/** What the SDK made of the answer, without the classes of its models. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('the SDK took an error for a success');
    },
    (error: unknown) => error,
  );
}

test('every file operation is run', () => {
  expect(Object.keys(bySdk)).toEqual(Object.keys(fileOperations));
});

describe('the SDK reads the same as raw HTTP', () => {
  test('of a page', async () => {
    const query = { maxResults: 2, orderBy: 'NAME', withThumbnail: 'true' };
    const { statusCode, body } = await bySdk['dentries']!('798xxxxx', '1002');
    const page = (await bySdk['dentries']!('798xxxxx', '0')).body as sdk.ListDentriesResponseBody;

    expect(statusCode).toBe(200);
    expect(plain(body)).toEqual((await files.list('798xxxxx', { parentId: '1002', ...query })).body);
    expect(plain(page)).toEqual((await files.list('798xxxxx', { parentId: '0', ...query })).body);
    expect(page.nextToken).toEqual(expect.any(String));
  });

  test.each(['0', '1001', '2001', '2002', '2003', '2011', '2012'])('of %s', async (dentryId) => {
    const { body } = await bySdk['dentry']!('798xxxxx', dentryId);

    expect(plain(body)).toEqual(
      (await files.dentry('798xxxxx', dentryId, { option: { withThumbnail: true } })).body,
    );
  });

  test('of properties that come as a list', async () => {
    const { body } = await bySdk['dentry']!('798xxxxx', '2010');

    expect(plain(body)).toMatchObject({
      dentry: { appProperties: [{ name: 'stage', value: 'draft', visibility: 'PUBLIC' }] },
    });
  });

  test('of a batch', async () => {
    const { body } = await bySdk['dentriesBatch']!('798xxxxx', '2002');

    expect(plain(body)).toEqual((await files.batch('798xxxxx', ['2001', '2002', '9999'])).body);
  });

  test('of thumbnails', async () => {
    const { body } = await bySdk['thumbnails']!('798xxxxx', '2002');

    expect(plain(body)).toEqual((await files.thumbnails('798xxxxx', ['2001', '2002', '1001'])).body);
  });

  test('of a download, which the object store then serves', async () => {
    const { body } = await bySdk['downloadInfo']!('798xxxxx', '2001');
    const { resourceUrls, headers } = (body as sdk.GetFileDownloadInfoResponseBody).headerSignatureInfo!;
    const bytes = await fetch(resourceUrls![0]!, { headers: headers! });

    expect(plain(body)).toEqual((await files.downloadInfo('798xxxxx', '2001')).body);
    expect([bytes.status, (await bytes.arrayBuffer()).byteLength]).toEqual([200, 24_576]);
  });

  test('of a link', async () => {
    const { body } = await bySdk['openInfo']!('798xxxxx', '2001');
    const option = { type: 'PREVIEW', checkLogin: true, waterMark: true };

    expect(plain(body)).toEqual((await files.openInfo('798xxxxx', '2001', { option })).body);
  });

  test('of a chat', async () => {
    expect(plain(await convert('chat9FTRQSLo'))).toMatchObject({
      statusCode: 200,
      body: { openConversationId: 'cid9FTRQSLo+sKxxxx' },
    });
  });
});

test('the SDK rounds a size above 2^53', async () => {
  const { body } = await bySdk['dentry']!('798xxxxx', '2005');

  expect((body as sdk.GetDentryResponseBody).dentry!.size).toBe(9_007_199_254_740_992);
});

describe('the SDK reads every documented error as it was sent', () => {
  const rows = Object.entries(fileOperations).flatMap(([api, { errors }]) =>
    Object.entries(errors).map(([code, status]) => [api, code, status] as const),
  );

  test.each(rows)('%s: %s is %d', async (api, code, status) => {
    const error = await errorOf(bySdk[api]!('798xxxxx', `dentry.${code}`));
    const requestid = sandbox.calls.at(-1)!.requestId!;

    expect(error).toMatchObject({ code, statusCode: status, data: { code, requestid } });
  });

  test.each(documentedChatErrors)(
    'openConversationId: $code is $status',
    async ({ code, status, message }) => {
      expect(await errorOf(convert(`chat.${code}`))).toMatchObject({
        code,
        statusCode: status,
        data: { code, message },
      });
    },
  );
});
