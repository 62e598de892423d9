import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { createFilesClient, refusalOf, type FilesClient } from './files-client.ts';

let sandbox: Sandbox;
let files: FilesClient;
let nowMs: number;

beforeEach(async () => {
  nowMs = 0;
  sandbox = await startSandbox({ callsPerSecond: Infinity, nowMs: () => nowMs });
  files = await createFilesClient(sandbox);
});
afterEach(() => sandbox.close());

interface Signed {
  readonly url: string;
  readonly headers: Record<string, string>;
}

async function signed(dentryId: string, option: object = {}): Promise<Signed> {
  const { body } = await files.downloadInfo('798xxxxx', dentryId, { option });
  const { resourceUrls, headers } = (
    body as { headerSignatureInfo: { resourceUrls: string[]; headers: Record<string, string> } }
  ).headerSignatureInfo;
  return { url: resourceUrls[0]!, headers };
}

/** What fetch gets with the signed headers and those in `more`. */
async function bytesOf({ url, headers }: Signed, more: Record<string, string> = {}): Promise<Buffer> {
  return Buffer.from(await (await fetch(url, { headers: { ...headers, ...more } })).arrayBuffer());
}

/** A GET that sends these headers, `host` and `connection`, and nothing else. */
async function bareGet(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [response] = (await once(httpGet(url, { headers }), 'response')) as [IncomingMessage];
  return response;
}

describe('the download information', () => {
  test('a url of the object store, and the headers that open it for 15 minutes', async () => {
    const { status, body } = await files.downloadInfo('798xxxxx', '2001');

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        protocol: 'HEADER_SIGNATURE',
        headerSignatureInfo: {
          resourceUrls: [`${sandbox.url}/objects/798xxxxx/2001/2`],
          headers: {
            Authorization: expect.stringMatching(/^OSS LTAIsandbox:[A-Za-z0-9+/]+=$/),
            'x-oss-date': 'Thu, 01 Jan 2026 00:00:00 GMT',
          },
          expirationSeconds: 900,
          region: 'ZHANGJIAKOU',
          internalResourceUrls: ['http://internal.invalid/objects/798xxxxx/2001/2'],
        },
      },
    });
  });

  test.each([
    ['1001', 'operationNotSupported'],
    ['2007', 'operationNotSupported'],
    ['2006', 'dentryDownloadProtocolNotSupport'],
  ])('%s has no bytes: %s', async (dentryId, code) => {
    expect(refusalOf(await files.downloadInfo('798xxxxx', dentryId))).toEqual([400, code]);
  });

  test('an archived file is refused once, and thaws', async () => {
    expect(refusalOf(await files.downloadInfo('798xxxxx', '2008'))).toEqual([400, 'fileArchived']);
    expect(await files.downloadInfo('798xxxxx', '2008')).toHaveProperty('status', 200);
  });

  test('an earlier version has other bytes, and one to come is 400', async () => {
    const [first, second] = [await signed('2001', { version: 1 }), await signed('2001', { version: 2 })];
    const [old, current] = await Promise.all([first, second].map((each) => bytesOf(each)));

    expect(first.url).toBe(`${sandbox.url}/objects/798xxxxx/2001/1`);
    expect([old!.length, current!.length, old!.equals(current!)]).toEqual([24_576, 24_576, false]);
    for (const version of [0, 3, 1.5, '1']) {
      expect(refusalOf(await files.downloadInfo('798xxxxx', '2001', { option: { version } }))).toEqual([
        400,
        'paramError',
      ]);
    }
  });
});

describe('the object store', () => {
  test('fetch with the signed headers gets the bytes, the same every time', async () => {
    const { url, headers } = await signed('2001');
    const [once, again] = await Promise.all([fetch(url, { headers }), fetch(url, { headers })]);
    const bytes = Buffer.from(await once.arrayBuffer());

    expect([once.status, once.headers.get('content-length'), bytes.length]).toEqual([200, '24576', 24_576]);
    expect(bytes.equals(Buffer.from(await again.arrayBuffer()))).toBe(true);
    expect(sandbox.calls.at(-1)).toMatchObject({ api: 'object', status: 200 });
  });

  test('a bare client gets them too', async () => {
    const { url, headers } = await signed('2011');
    const response = await bareGet(url, headers);

    expect([response.statusCode, (await buffer(response)).length]).toEqual([200, 512]);
  });

  test.each([
    ['no headers', () => ({}), 'AccessDenied'],
    ['no date', ({ Authorization = '' }) => ({ Authorization }), 'AccessDenied'],
    [
      'no signature',
      (signed: Record<string, string>) => ({ 'x-oss-date': signed['x-oss-date']! }),
      'AccessDenied',
    ],
    [
      'another date',
      (signed: Record<string, string>) => ({ ...signed, 'x-oss-date': 'Thu, 01 Jan 2026 00:00:01 GMT' }),
      'SignatureDoesNotMatch',
    ],
    [
      'another signature',
      (signed: Record<string, string>) => ({ ...signed, Authorization: 'OSS LTAIsandbox:AAAA' }),
      'SignatureDoesNotMatch',
    ],
    [
      'a Content-Type',
      (signed: Record<string, string>) => ({ ...signed, 'Content-Type': 'application/json' }),
      'SignatureDoesNotMatch',
    ],
    [
      'the token of DingTalk',
      (signed: Record<string, string>) => ({ ...signed, 'x-acs-dingtalk-access-token': 'x' }),
      'SignatureDoesNotMatch',
    ],
    ['a cookie', (signed: Record<string, string>) => ({ ...signed, Cookie: 'a=b' }), 'SignatureDoesNotMatch'],
  ])('%s is 403', async (_name, change, code) => {
    const { url, headers } = await signed('2001');
    const response = await fetch(url, { headers: change(headers) });

    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('application/xml');
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
  });

  test('headers for one object open no other, and no query may be added', async () => {
    const { url, headers } = await signed('2001');
    const others = [url.replace('2001', '2011'), `${url}?a=b`];
    const answers = await Promise.all(others.map((other) => fetch(other, { headers })));

    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  });

  test('headers expire after 900 seconds', async () => {
    const { url, headers } = await signed('2001');
    nowMs = 899_999;
    expect(await fetch(url, { headers })).toHaveProperty('status', 200);

    nowMs = 900_000;
    const late = await fetch(url, { headers });
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('RequestTimeTooSkewed')]);
  });

  test.each([
    ['bytes=0-499', 206, 'bytes 0-499/24576', 0, 500],
    ['bytes=24000-', 206, 'bytes 24000-24575/24576', 24_000, 24_576],
    ['bytes=-76', 206, 'bytes 24500-24575/24576', 24_500, 24_576],
    ['bytes=24000-99999', 206, 'bytes 24000-24575/24576', 24_000, 24_576],
    ['bytes=-99999', 206, 'bytes 0-24575/24576', 0, 24_576],
    ['lines=1-2', 200, null, 0, 24_576],
  ])('Range: %s', async (range, status, contentRange, first, end) => {
    const { url, headers } = await signed('2001');
    const whole = await bytesOf({ url, headers });
    const part = await fetch(url, { headers: { ...headers, range } });

    expect([part.status, part.headers.get('content-range')]).toEqual([status, contentRange]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(first, end))).toBe(true);
  });

  test.each(['bytes=24576-', 'bytes=-0', 'bytes=5-4'])('Range: %s is 416', async (range) => {
    const { url, headers } = await signed('2001');
    const { status, headers: received } = await fetch(url, { headers: { ...headers, range } });

    expect([status, received.get('content-range')]).toEqual([416, 'bytes */24576']);
  });

  test('a range across the seams of the stream is as the whole has it', async () => {
    const scan = await signed('2010');
    const whole = await bytesOf(scan);
    const part = await bytesOf(scan, { range: 'bytes=65000-200000' });

    expect(whole.length).toBe(1_048_576);
    expect(part.equals(whole.subarray(65_000, 200_001))).toBe(true);
  });

  test('the largest file is announced whole and made while it is read', async () => {
    const { url, headers } = await signed('2005');
    const response = await bareGet(url, headers);
    let read = 0;
    for await (const chunk of response) {
      read += (chunk as Buffer).length;
      if (read > 1_000_000) break;
    }
    const end = await bareGet(url, { ...headers, range: 'bytes=9007199254740990-' });

    expect(response.headers['content-length']).toBe('9007199254740993');
    expect([end.statusCode, end.headers['content-range'], (await buffer(end)).length]).toEqual([
      206,
      'bytes 9007199254740990-9007199254740992/9007199254740993',
      3,
    ]);
  });

  test('faults break the bytes of an object as any other answer', async () => {
    const { url, headers } = await signed('2001');
    sandbox.addFault('object', { kind: 'truncated' }, 1);

    await expect(fetch(url, { headers }).then((response) => response.arrayBuffer())).rejects.toThrow();
  });
});
