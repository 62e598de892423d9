import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import { remembering } from '../../support/cached-gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { startGateway } from '../../support/start-gateway.ts';
import { codesAt, exampleSpace } from './calls.ts';
import { startThirdParty } from './third-party.ts';

const fields = 'urls headers { name value } expiresAt region';
const download = `query ($id: ID!, $version: SafeInt) {
  dentry(spaceId: "${exampleSpace}", dentryId: $id) { download(version: $version) { ${fields} } }
}`;

interface Download {
  readonly urls: readonly string[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** GETs the first url with exactly its headers and `more`. */
function fetchBytes(
  { urls, headers }: Download,
  more: object = {},
): Promise<{ status: number; bytes: number }> {
  const given = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  return new Promise((resolve, reject) => {
    const sent = request(urls[0] ?? '', { headers: { ...given, ...more } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('gives url, headers, end and region, and they open the bytes until then', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });

  const { body } = await gateway.query(download, { id: '2001' });

  expect(body).toEqual({
    data: {
      dentry: {
        download: {
          urls: [`${gateway.upstream.url}/objects/${exampleSpace}/2001/2`],
          headers: [
            { name: 'Authorization', value: expect.stringMatching(/^OSS /) },
            { name: 'x-oss-date', value: expect.stringMatching(/ GMT$/) },
          ],
          expiresAt: new Date(clock.wallMs() + 900_000).toISOString(),
          region: 'ZHANGJIAKOU',
        },
      },
    },
  });
  expect(
    gateway.upstream.callsTo('downloadInfo').map(({ path, query, body: sent }) => [path, query, sent]),
  ).toEqual([
    [
      `/v1.0/storage/spaces/${exampleSpace}/dentries/2001/downloadInfos/query`,
      { unionId: 'chyxxxxx' },
      { option: { preferIntranet: false } },
    ],
  ]);
  const given: Download = body.data.dentry.download;
  expect(await fetchBytes(given)).toEqual({ status: 200, bytes: 24_576 });
  expect(await fetchBytes(given, { range: 'bytes=0-499' })).toEqual({ status: 206, bytes: 500 });
  expect(await fetchBytes(given, { 'content-type': 'text/plain' })).toMatchObject({ status: 403 });
  expect(await fetchBytes({ ...given, headers: [] })).toMatchObject({ status: 403 });
  clock.advance(899_000);
  expect(await fetchBytes(given)).toMatchObject({ status: 200 });
  clock.advance(1000);
  expect(await fetchBytes(given)).toMatchObject({ status: 403 });
});

test('the end counts from when DingTalk was asked, not from its answer', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  const askedAtMs = clock.wallMs();
  gateway.upstream.setLatency(20, 'downloadInfo');

  const answering = gateway.query(download, { id: '2001' });
  await gateway.upstream.waitForCalls('downloadInfo', 1);
  clock.advance(1500);
  const { body } = await answering;

  expect(body.data.dentry.download.expiresAt).toBe(new Date(askedAtMs + 900_000).toISOString());
});

test('an earlier version can be downloaded, a later one is a wrong argument', async () => {
  await using gateway = await startGateway();

  const first = await gateway.query(download, { id: '2001', version: 1 });
  const third = await gateway.query(download, { id: '2001', version: 3 });

  expect(first.body.data.dentry.download.urls).toEqual([
    `${gateway.upstream.url}/objects/${exampleSpace}/2001/1`,
  ]);
  expect(codesAt(third)).toEqual({ 'dentry.download': 'BAD_USER_INPUT' });
  expect(gateway.upstream.callsTo('downloadInfo').map(({ body }) => body)).toEqual([
    { option: { version: 1, preferIntranet: false } },
    { option: { version: 3, preferIntranet: false } },
  ]);
});

test('a signature is neither cached nor shared by two requests', async () => {
  await using gateway = await startGateway({ environment: remembering });
  const ask = () => gateway.query(download, { id: '2001' });
  await ask();
  gateway.upstream.clearCalls();

  gateway.upstream.setLatency(50, 'downloadInfo');
  const together = [ask(), ask()];
  await gateway.upstream.waitForCalls('downloadInfo', 2);
  await Promise.all(together);

  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['downloadInfo', 'downloadInfo']);
});

test.each(['trace', 'info'])('nothing of a link or of its viewer is logged at level %s', async (level) => {
  await using gateway = await startGateway({ environment: { LOG_LEVEL: level } });

  const { body } = await gateway.query(`{
    dentry(spaceId: "${exampleSpace}", dentryId: "2001") { thumbnail { url } preview { url } download { ${fields} } }
    again: dentry(spaceId: "${exampleSpace}", dentryId: "2009") { preview { url } download { ${fields} } }
  }`);

  const { thumbnail, preview, download: signed } = body.data.dentry;
  const secrets = [thumbnail.url, preview.url, ...signed.urls, 'chyxxxxx', 'Project plan', '/objects/'];
  for (const { value } of signed.headers) secrets.push(value, value.split(':').at(-1));
  const logged = gateway.log.join('\n');
  expect(logged).not.toBe('');
  for (const secret of secrets) expect(logged).not.toContain(secret);
});

test('a third-party application has no downloads: no call is made for one', async () => {
  await using gateway = await startThirdParty();

  const { body } = await gateway.query(download, { id: '2001' });

  expect(body).toEqual({
    data: { dentry: { download: null } },
    errors: [
      {
        message: expect.stringMatching(/^DingTalk offers this to internal applications only/),
        locations: [expect.anything()],
        path: ['dentry', 'download'],
        extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false },
      },
    ],
  });
  expect(gateway.upstream.callsTo('downloadInfo')).toHaveLength(0);
});
