import { expect, test } from '@jest/globals';
import { startGateway } from '../../support/start-gateway.ts';
import { codesAt, exampleSpace } from './calls.ts';

const download = `query ($id: ID!) {
  dentry(spaceId: "${exampleSpace}", dentryId: $id) { download { urls headers { name } expiresAt region } }
}`;

test('an archived file is thawing: it can be downloaded later', async () => {
  await using gateway = await startGateway();

  const first = await gateway.query(download, { id: '2008' });
  const second = await gateway.query(download, { id: '2008' });

  expect(first.body).toEqual({
    data: { dentry: { download: null } },
    errors: [
      {
        message: 'This file is being restored from the archive: wait retryAfterMs and ask again.',
        locations: [expect.anything()],
        path: ['dentry', 'download'],
        extensions: {
          code: 'DENTRY_ARCHIVED',
          retryable: true,
          retryAfterMs: 300_000,
          dingtalk: { code: 'fileArchived', status: 400, requestId: expect.any(String) },
        },
      },
    ],
  });
  expect(second.body.errors).toBeUndefined();
  // No attempt of the gateway's own: minutes are for its client to wait.
  expect(gateway.upstream.callsTo('downloadInfo')).toHaveLength(2);
});

test.each([
  [
    'an online document',
    '2007',
    'operationNotSupported',
    'DENTRY_NOT_SUPPORTED',
    400,
    /no bytes to download/,
  ],
  ['a folder', '1001', 'operationNotSupported', 'DENTRY_NOT_SUPPORTED', 400, /no bytes to download/],
  ['a shortcut', '2006', 'dentryDownloadProtocolNotSupport', 'DENTRY_NOT_SUPPORTED', 400, /this file/],
  [
    'an organization that is not certified enough',
    'dentry.orgAuthLevelNotEnough',
    'orgAuthLevelNotEnough',
    'GATEWAY_MISCONFIGURED',
    403,
    /level of certification/,
  ],
])('%s has no download', async (_what, id, reason, code, status, message) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(download, { id });

  expect(body).toEqual({
    data: { dentry: { download: null } },
    errors: [
      {
        message: expect.stringMatching(message),
        locations: [expect.anything()],
        path: ['dentry', 'download'],
        extensions: {
          code,
          retryable: false,
          dingtalk: { code: reason, status, requestId: expect.any(String) },
        },
      },
    ],
  });
  expect(gateway.upstream.callsTo('downloadInfo')).toHaveLength(1);
});

test.each(['fileViral', 'fileMalicious'])('a file with %s is DENTRY_BLOCKED', async (code) => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('downloadInfo', { kind: 'error', code: code as 'fileViral' }, 1);

  const answer = await gateway.query(download, { id: '2001' });

  expect(codesAt(answer)).toEqual({ 'dentry.download': 'DENTRY_BLOCKED' });
});

const signed = { resourceUrls: ['https://a.example/x'], headers: { a: 'b' }, expirationSeconds: 900 };

test('a signature without a region has none', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ headerSignatureInfo: signed });
  gateway.upstream.addFault('downloadInfo', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(download, { id: '2001' });

  expect(answer.body).toEqual({
    data: {
      dentry: {
        download: {
          urls: ['https://a.example/x'],
          headers: [{ name: 'a' }],
          expiresAt: expect.any(String),
          region: null,
        },
      },
    },
  });
});

test.each([
  ['no signature', {}],
  ['no url', { headerSignatureInfo: { ...signed, resourceUrls: [] } }],
  ['no headers', { headerSignatureInfo: { ...signed, headers: undefined } }],
  ['no end', { headerSignatureInfo: { ...signed, expirationSeconds: 0 } }],
])('an answer with %s is malformed', async (_what, answered) => {
  await using gateway = await startGateway();
  const body = JSON.stringify(answered);
  gateway.upstream.addFault('downloadInfo', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(download, { id: '2001' });

  expect(answer.body.data).toEqual({ dentry: { download: null } });
  expect(codesAt(answer)).toEqual({ 'dentry.download': 'UPSTREAM_MALFORMED_RESPONSE' });
});
