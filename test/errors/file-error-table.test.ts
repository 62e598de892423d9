import { expect, test } from '@jest/globals';
import {
  documentedChatErrors,
  documentedFileErrors,
  documentedStorageErrors,
} from '../../src/sandbox/documented-errors.ts';
import type { SandboxApi } from '../../src/sandbox/sandbox.ts';
import { startGateway } from '../support/start-gateway.ts';

/** A field that calls one API, and where its error is in the answer. */
interface Field {
  readonly api: SandboxApi;
  readonly query: string;
  readonly path: readonly string[];
}

const ofFile = (selection: string, api: SandboxApi): Field => ({
  api,
  query: `{ dentry(spaceId: "798xxxxx", dentryId: "2001") { ${selection} } }`,
  path: ['dentry', /\w+/.exec(selection)?.[0] ?? ''],
});
const list: Field = {
  api: 'dentries',
  query: '{ space(spaceId: "798xxxxx") { dentries { nodes { name } } } }',
  path: ['space', 'dentries'],
};
const file: Field = {
  api: 'dentriesBatch',
  query: '{ dentry(spaceId: "798xxxxx", dentryId: "2001") { name } }',
  path: ['dentry'],
};
const chat: Field = {
  api: 'openConversationId',
  query: '{ conversationByChatId(chatId: "chat9FTRQSLo") { openConversationId } }',
  path: ['conversationByChatId'],
};
const thumbnail = ofFile('thumbnail { url }', 'thumbnails');
const preview = ofFile('preview { url }', 'openInfo');
const download = ofFile('download { region }', 'downloadInfo');

const no = (code: string, argument?: string) => ({ code, retryable: false, ...(argument && { argument }) });
const unsupported = no('DENTRY_NOT_SUPPORTED');
const blocked = no('DENTRY_BLOCKED');
const noError = undefined;

/** The public error for each code, where it is asked for; the code under test has its own lists. */
const expected: readonly (readonly [code: string, Field, object | undefined])[] = [
  ['paramError.spaceId', list, no('BAD_USER_INPUT', 'spaceId')],
  ['paramError.spaceId', download, no('BAD_USER_INPUT', 'spaceId')],
  ['paramError.dentryId', preview, no('BAD_USER_INPUT', 'dentryId')],
  ['paramError.dentryIds', thumbnail, no('BAD_USER_INPUT', 'dentryId')],
  ['paramError.openType', preview, unsupported],
  ['dentryNotExist', file, no('DENTRY_NOT_FOUND')],
  ['dentryNotExist', list, no('DENTRY_NOT_FOUND')],
  ['dentryFormatNotSupport', thumbnail, noError],
  ['thumbnailNotExist', thumbnail, noError],
  ['fileViral', thumbnail, blocked],
  ['fileViral', preview, blocked],
  ['fileMalicious', preview, blocked],
  ['operationNotSupported', download, unsupported],
  ['dentryDownloadProtocolNotSupport', download, unsupported],
  ['fileArchived', download, { code: 'DENTRY_ARCHIVED', retryable: true, retryAfterMs: 300_000 }],
  ['dentryPreviewNotSupport', preview, unsupported],
  ['dentryEditNotSupport', preview, unsupported],
  ['dentryExtensionNotSupport', preview, unsupported],
  ['spaceNotExist', list, no('SPACE_NOT_FOUND')],
  ['invalideChatId', chat, no('BAD_USER_INPUT', 'chatId')],
  ['permession.checkFailed', chat, no('FORBIDDEN')],
  // Codes of every API, in words that name the file.
  ['permissionDenied', list, no('FORBIDDEN')],
  ['permissionDenied', file, no('FORBIDDEN')],
  ['orgAuthLevelNotEnough', download, no('GATEWAY_MISCONFIGURED')],
];

test('every error that the stand-in documents for files and chats is in the table', () => {
  const codes = new Set(expected.map(([code]) => code));
  const documented = [...documentedFileErrors, ...documentedChatErrors, ...documentedStorageErrors];

  expect(documented.filter(({ code }) => !codes.has(code))).toEqual([]);
});

test.each(expected.map(([code, field, error]) => [code, field.path.join('.'), field, error] as const))(
  '%s at %s',
  async (code, _at, { api, query, path }, error) => {
    await using gateway = await startGateway();
    gateway.upstream.addFault(api, { kind: 'error', code: code as never });

    const { status, body } = await gateway.query(query);

    const [field = ''] = path.slice(-1);
    const parent = path.slice(0, -1).reduce((data, key) => data[key], body.data);
    expect(status).toBe(200);
    expect(parent).toEqual({ [field]: null });
    expect(body.errors?.map((each) => [each.path, each.extensions])).toEqual(
      error && [[path, { ...error, dingtalk: expect.objectContaining({ code }) }]],
    );
    expect(gateway.upstream.callsTo(api)).toHaveLength(1);
  },
);
