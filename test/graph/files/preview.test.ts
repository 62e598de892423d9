import { expect, test } from '@jest/globals';
import { manyViewers, remembering } from '../../support/cached-gateway.ts';
import { startGateway } from '../../support/start-gateway.ts';
import { callsSeen, codesAt, exampleSpace } from './calls.ts';
import { startThirdParty } from './third-party.ts';

const preview = `query ($id: ID!, $watermark: Boolean) {
  dentry(spaceId: "${exampleSpace}", dentryId: $id) { preview(watermark: $watermark) { url hasWatermark } }
}`;

test.each([
  ['a document', '2001', undefined, { version: '2', hasWatermark: false }],
  ['a document with a watermark', '2001', true, { version: '2', hasWatermark: true }],
  ['a watermark that an image cannot have', '2002', true, { version: '1', hasWatermark: false }],
  ['null for the default', '2010', null, { version: '3', hasWatermark: false }],
  ['an online document', '2007', false, { version: '1', hasWatermark: false }],
])('opens %s, after a login', async (_what, id, watermark, { version, hasWatermark }) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(preview, { id, watermark });

  const options = new URLSearchParams({
    type: 'PREVIEW',
    version,
    checkLogin: 'true',
    waterMark: String(watermark ?? false),
  });
  const url = `${gateway.upstream.url}/previews/${exampleSpace}/${id}?${options.toString()}`;
  expect(body).toEqual({ data: { dentry: { preview: { url, hasWatermark } } } });
  expect(
    gateway.upstream
      .callsTo('openInfo')
      .map(({ method, path, query, body: sent }) => [method, path, query, sent]),
  ).toEqual([
    [
      'POST',
      `/v1.0/storage/spaces/${exampleSpace}/dentries/${id}/openInfos/query`,
      { unionId: 'chyxxxxx' },
      { option: { type: 'PREVIEW', checkLogin: true, waterMark: watermark ?? false } },
    ],
  ]);
});

test('a link is neither cached nor shared by two requests', async () => {
  await using gateway = await startGateway({ environment: remembering });
  const ask = () => gateway.query(preview, { id: '2001' });
  await ask();
  gateway.upstream.clearCalls();

  gateway.upstream.setLatency(50, 'openInfo');
  const together = [ask(), ask()];
  await gateway.upstream.waitForCalls('openInfo', 2);
  await Promise.all(together);

  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['openInfo', 'openInfo']);
});

test('fields of one request that ask for the same link are one call', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    dentry(spaceId: "${exampleSpace}", dentryId: "2001") {
      one: preview { url }
      same: preview(watermark: false) { url }
      marked: preview(watermark: true) { url }
    }
  }`);

  expect(body.data.dentry.one).toEqual(body.data.dentry.same);
  expect(gateway.upstream.callsTo('openInfo')).toHaveLength(2);
});

test('each viewer is asked for on their own behalf', async () => {
  await using gateway = await startGateway({ environment: { ...remembering, ...manyViewers } });
  gateway.upstream.denyAccess('linxxxxx', '2001');
  const askAs = (unionId: string) =>
    gateway.query(preview, { id: '2001' }, { 'x-router-secret': 'secret', 'x-dingtalk-union-id': unionId });

  const ofChy = await askAs('chyxxxxx');
  const ofLin = await askAs('linxxxxx');

  expect(codesAt(ofChy)).toEqual({});
  expect(codesAt(ofLin)).toEqual({ dentry: 'FORBIDDEN' });
  expect(gateway.upstream.callsTo('openInfo').map(({ query }) => query['unionId'])).toEqual(['chyxxxxx']);
});

test.each([
  ['2009', 'DENTRY_BLOCKED', 'fileViral'],
  ['2005', 'DENTRY_NOT_SUPPORTED', 'dentryPreviewNotSupport'],
  ['2012', 'DENTRY_NOT_SUPPORTED', 'dentryExtensionNotSupport'],
  ['1001', 'DENTRY_NOT_SUPPORTED', 'dentryPreviewNotSupport'],
])('%s has no preview: %s', async (id, code, reason) => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(preview, { id });

  expect(body).toEqual({
    data: { dentry: { preview: null } },
    errors: [
      {
        message: expect.stringMatching(/this file/),
        locations: [expect.anything()],
        path: ['dentry', 'preview'],
        extensions: {
          code,
          retryable: false,
          dingtalk: { code: reason, status: 400, requestId: expect.any(String) },
        },
      },
    ],
  });
});

test('a file without a preview stays in the cache', async () => {
  await using gateway = await startGateway({ environment: remembering });

  await gateway.query(preview, { id: '2009' });
  await gateway.query(preview, { id: '2009' });

  expect(callsSeen(gateway).map((call) => call.split(' ')[0])).toEqual([
    'dentriesBatch',
    'openInfo',
    'openInfo',
  ]);
});

test('a third-party application has previews too', async () => {
  await using gateway = await startThirdParty();

  const { body } = await gateway.query(preview, { id: '2001' });

  expect(body.errors).toBeUndefined();
  expect(body.data.dentry.preview.url).toContain('checkLogin=true');
});

test.each([{}, { url: '' }, { url: 7 }])('an answer of %j is malformed', async (link) => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('openInfo', { kind: 'answer', status: 200, body: JSON.stringify(link) });

  const answer = await gateway.query(preview, { id: '2001' });

  expect(answer.body.data).toEqual({ dentry: { preview: null } });
  expect(codesAt(answer)).toEqual({ 'dentry.preview': 'UPSTREAM_MALFORMED_RESPONSE' });
});
