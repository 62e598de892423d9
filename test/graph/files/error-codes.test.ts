import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { fileOperations } from '../../../src/sandbox/files/file-operations.ts';
import type { SandboxApi } from '../../../src/sandbox/sandbox.ts';
import { startGateway, type GatewayUnderTest } from '../../support/start-gateway.ts';
import { exampleSpace } from './calls.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.clearFaults());
afterAll(() => gateway.close());

const ofFile = (field: string): string =>
  `{ dentry(spaceId: "${exampleSpace}", dentryId: "2001") { it: ${field} } }`;

/** How the graph comes to make each call. The failed field is `it`. */
const queries = {
  dentries: `{ space(spaceId: "${exampleSpace}") { it: dentries { nodes { name } } } }`,
  dentriesBatch: `{ it: dentry(spaceId: "${exampleSpace}", dentryId: "2001") { name } }`,
  thumbnails: ofFile('thumbnail { url }'),
  downloadInfo: ofFile('download { urls }'),
  openInfo: ofFile('preview { url }'),
  storageSpace: `{ it: space(spaceId: "${exampleSpace}") { corpId } }`,
  openConversationId: '{ it: conversationByChatId(chatId: "chat9FTRQSLo") { openConversationId } }',
} as const satisfies Partial<Record<SandboxApi, string>>;
type Api = keyof typeof queries;

/** What the storage API's page of a space and the page of the conversion of a chatId document. */
const otherErrors = {
  storageSpace: { paramError: 400, permissionDenied: 403, spaceNotExist: 404, systemError: 500 },
  openConversationId: { invalideChatId: 400, 'permession.checkFailed': 400, systemError: 500 },
};

type Expected = readonly [code: string, message: RegExp, more?: object];
const unavailable: Expected = ['UPSTREAM_UNAVAILABLE', /^DingTalk is not available/, { retryable: true }];
const badArgument = (argument: string): Expected => ['BAD_USER_INPUT', new RegExp(argument), { argument }];
const notSupported: Expected = ['DENTRY_NOT_SUPPORTED', /this file/i];
const blocked: Expected = ['DENTRY_BLOCKED', /this file/];

/** What each code means for the field that was asked for. */
const meanings: Readonly<Record<string, Expected>> = {
  paramError: ['BAD_USER_INPUT', /^DingTalk refuses the arguments/],
  'paramError.spaceId': badArgument('spaceId'),
  'paramError.dentryId': badArgument('dentryId'),
  'paramError.dentryIds': ['BAD_USER_INPUT', /dentryIds/, { argument: 'dentryId' }],
  'paramError.openType': notSupported,
  invalideChatId: badArgument('chatId'),
  'permession.checkFailed': ['FORBIDDEN', /^The chat /],
  permissionDenied: ['FORBIDDEN', /this file or folder/],
  spaceNotExist: ['SPACE_NOT_FOUND', /storage space/],
  dentryNotExist: ['DENTRY_NOT_FOUND', /file or folder/],
  fileViral: blocked,
  fileMalicious: blocked,
  fileArchived: ['DENTRY_ARCHIVED', /^This file /, { retryable: true, retryAfterMs: 300_000 }],
  operationNotSupported: notSupported,
  dentryDownloadProtocolNotSupport: notSupported,
  dentryPreviewNotSupport: notSupported,
  dentryEditNotSupport: notSupported,
  dentryExtensionNotSupport: notSupported,
  orgAuthLevelNotEnough: ['GATEWAY_MISCONFIGURED', /organization/],
  systemError: unavailable,
  unknownError: unavailable,
  operationTimeout: unavailable,
};

/** Where the same code is about another thing. */
const meaningsOf: Readonly<Partial<Record<Api, Readonly<Record<string, Expected>>>>> = {
  dentries: {
    permissionDenied: ['FORBIDDEN', /this folder/],
    dentryNotExist: ['DENTRY_NOT_FOUND', /such folder/],
  },
  storageSpace: { permissionDenied: ['FORBIDDEN', /storage space/] },
};

/** No thumbnail is no failure. */
const withoutThumbnail = ['thumbnailNotExist', 'dentryFormatNotSupport'];

const { dentry: _notCalled, ...called } = fileOperations;
const allErrors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ...Object.fromEntries(Object.entries(called).map(([api, { errors }]) => [api, errors])),
  ...otherErrors,
};
const cases = Object.entries(allErrors).flatMap(([api, errors]) =>
  Object.entries(errors).map(([code, status]) => [api as Api, code, status] as const),
);

/** The alias `it` and the error that it may have. */
async function ask(api: Api): Promise<{ readonly it: unknown; readonly errors: unknown }> {
  const { body } = await gateway.query(queries[api]);
  const { data } = body;
  const [root] = Object.values<any>(data);
  return { it: 'it' in data ? data.it : root?.it, errors: body.errors };
}

test.each(cases)('%s: %s with %d', async (api, code, status) => {
  const body = JSON.stringify({ code, requestid: 'R1', message: '内部信息' });
  gateway.upstream.addFault(api, { kind: 'answer', status, body });

  const { it, errors } = await ask(api);

  expect(it).toBeNull();
  if (withoutThumbnail.includes(code)) {
    expect(errors).toBeUndefined();
    return;
  }
  const [publicCode, message, more] = meaningsOf[api]?.[code] ?? meanings[code] ?? [];
  expect(errors).toEqual([
    {
      message: expect.stringMatching(message ?? 'no meaning'),
      locations: [expect.anything()],
      path: expect.arrayContaining(['it']),
      extensions: {
        code: publicCode,
        retryable: false,
        ...more,
        dingtalk: { code, status, requestId: 'R1' },
      },
    },
  ]);
});

const itemCases = (['dentriesBatch', 'thumbnails'] as const).flatMap((api) =>
  fileOperations[api].itemErrors.map((code) => [api, code] as const),
);

test.each(itemCases)('%s: %s of one item', async (api, code) => {
  const dentryId = `item.${code}`;
  // The file itself is there where only its thumbnail is asked for.
  const item = { spaceId: exampleSpace, dentryId: '2001', success: false, errorCode: code };
  const body = JSON.stringify({ resultItems: [item] });
  gateway.upstream.addFault(api, { kind: 'answer', status: 200, body }, 1);

  const faked = await ask(api);
  const honest = await gateway.query(
    `{ dentries(spaceId: "${exampleSpace}", dentryIds: ["${dentryId}"]) { thumbnail { url } } }`,
  );

  if (withoutThumbnail.includes(code)) {
    expect(faked).toEqual({ it: null, errors: undefined });
    expect(honest.body).toEqual({ data: { dentries: [{ thumbnail: null }] } });
    return;
  }
  const [publicCode, message] = meanings[code] ?? [];
  const failure = {
    message: expect.stringMatching(message ?? 'no meaning'),
    extensions: { code: publicCode, retryable: false, dingtalk: { code } },
  };
  expect(faked).toEqual({ it: null, errors: [expect.objectContaining(failure)] });
  expect(honest.body.errors).toEqual([expect.objectContaining(failure)]);
});
