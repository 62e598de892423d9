import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const maxBytes = 262_144;
const query = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const body = JSON.stringify({ query, variables: { id: 'cid9FTRQSLo+sKxxxx' } });
const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };
/** The same with blanks at the end. */
const padded = (length: number): Buffer => Buffer.from(body.padEnd(length));

async function post(
  encoding: string,
  sent: Buffer | ReadableStream,
  { url } = gateway,
  signal?: AbortSignal,
): Promise<{ status: number; accepted: string | null; body: any }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    body: sent as never,
    ...(sent instanceof ReadableStream && { duplex: 'half' }),
    ...(signal && { signal }),
  });
  const accepted = response.headers.get('accept-encoding');
  return { status: response.status, accepted, body: await response.json() };
}

const chunked = (bytes: Buffer): ReadableStream => new Blob([new Uint8Array(bytes)]).stream();
const refused = (
  status: number,
  message: string,
  accepted: string | null = null,
  exceeded: object = {},
): object => ({
  status,
  accepted,
  body: { errors: [{ message, extensions: { code: 'BAD_REQUEST', retryable: false, ...exceeded } }] },
});
const beyond = (asked: unknown): object => ({ limit: maxBytes, asked, variable: 'MAX_BODY_BYTES' });
const notGzip = refused(
  400,
  'The body is not one complete gzip stream: compress it as a whole, or send it uncompressed.',
);
const tooLong = refused(
  413,
  'The body is too long once it is decompressed: send less at once.',
  null,
  beyond(maxBytes + 1),
);
const unsupported = refused(
  415,
  'The content encoding is not supported: send the body as gzip, once, or uncompressed.',
  'gzip',
);

const packed = gzipSync(body);
const bomb = gzipSync(Buffer.alloc(50_000_000, ' '), { level: 1 });
const flipped = (at: number): Buffer =>
  packed.map((byte, index) => (index === at ? byte ^ 1 : byte)) as Buffer;

test.each<[string, string, () => Buffer | ReadableStream]>([
  ['gzip', 'gzip', () => packed],
  ['gzip in chunks', 'gzip', () => chunked(packed)],
  ['gzip in capitals', 'GZIP', () => packed],
  ['x-gzip', 'x-gzip', () => packed],
  ['gzip without compression', 'gzip', () => gzipSync(body, { level: 0 })],
  ['no encoding by name', 'Identity', () => Buffer.from(body)],
  ['gzip of the longest body', 'gzip', () => gzipSync(padded(maxBytes))],
])('%s is read', async (_what, encoding, sent) => {
  expect(await post(encoding, sent())).toEqual({ status: 200, accepted: null, body: found });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test.each<[string, string, Buffer, object]>([
  ['one byte too much', 'gzip', gzipSync(padded(maxBytes + 1)), tooLong],
  ['a bomb', 'gzip', bomb, tooLong],
  [
    'too much, compressed',
    'gzip',
    gzipSync(padded(maxBytes), { level: 0 }),
    refused(413, 'The body is too long: send less at once.', null, beyond(expect.any(Number))),
  ],
  ['a plain body as gzip', 'gzip', Buffer.from(body), notGzip],
  ['deflate as gzip', 'gzip', deflateSync(body), notGzip],
  ['no bytes as gzip', 'gzip', Buffer.alloc(0), notGzip],
  ['the start of a gzip body', 'gzip', packed.subarray(0, 3), notGzip],
  ['a gzip body without its end', 'gzip', packed.subarray(0, -1), notGzip],
  ['a flipped bit in the data', 'gzip', flipped(20), notGzip],
  ['a flipped bit in the checksum', 'gzip', flipped(packed.length - 6), notGzip],
  ['garbage behind it', 'gzip', Buffer.concat([packed, Buffer.from('garbage')]), notGzip],
  ['zeros behind it', 'gzip', Buffer.concat([packed, Buffer.alloc(512)]), notGzip],
  ['two gzip streams', 'gzip', Buffer.concat([packed, gzipSync(' ')]), notGzip],
  ['gzip of gzip, named once', 'gzip', gzipSync(packed), refused(400, 'The body is not valid UTF-8.')],
  [
    'gzip of nothing',
    'gzip',
    gzipSync(''),
    refused(400, 'The body is empty: send a JSON object with a query.'),
  ],
  [
    'gzip of invalid UTF-8',
    'gzip',
    gzipSync(Buffer.from('{"query":"\xff"}', 'latin1')),
    refused(400, 'The body is not valid UTF-8.'),
  ],
  ['two codings', 'gzip, gzip', gzipSync(packed), unsupported],
  ['identity and gzip', 'identity, gzip', packed, unsupported],
  ['deflate', 'deflate', deflateSync(body), unsupported],
  ['brotli', 'br', brotliCompressSync(body), unsupported],
  ['zstd', 'zstd', packed, unsupported],
  ['an unknown coding', 'nonsense', packed, unsupported],
  ['an empty name', '', packed, unsupported],
])('%s is refused before GraphQL', async (_what, encoding, sent, answer) => {
  expect(await post(encoding, sent)).toEqual(answer);
  expect(gateway.upstream.calls).toHaveLength(0);
  expect((await gateway.query('{ __typename }')).status).toBe(200);
});

test('the encoding in two headers is refused', async () => {
  const headers = [
    ['content-type', 'application/json'],
    ['content-encoding', 'gzip'],
    ['content-encoding', 'gzip'],
  ] as const;

  const answer = await sendRaw(gateway.url, rawRequest('POST /graphql HTTP/1.1', headers, packed));

  expect(answer).toMatchObject({ status: 415 });
  expect(answer?.headers.get('accept-encoding')).toBe('gzip');
});

test('forty bombs cost no memory', async () => {
  expect(bomb.length).toBeLessThan(maxBytes);
  const beforeKiB = process.resourceUsage().maxRSS;

  const answers = await Promise.all(Array.from({ length: 40 }, () => post('gzip', bomb)));

  expect(answers).toEqual(answers.map(() => tooLong));
  // Decompressed they have 2 GB.
  expect(process.resourceUsage().maxRSS - beforeKiB).toBeLessThan(400 * 1024);
});

test('bodies count by their decompressed length: beyond 8 MiB of them an operation is refused', async () => {
  await using own = await startGateway();
  own.upstream.addFault('accessToken', { kind: 'hang' });
  const longest = gzipSync(padded(maxBytes));
  const leaving = new AbortController();
  const statuses: number[] = [];

  const requests = Array.from({ length: 40 }, () =>
    post('gzip', longest, own, leaving.signal).then(
      ({ status }) => statuses.push(status),
      () => 'left',
    ),
  );
  await eventually(() => statuses.length === 8);
  leaving.abort();

  expect(statuses).toEqual(Array.from({ length: 8 }, () => 503));
  expect((await Promise.all(requests)).filter((answer) => answer === 'left')).toHaveLength(32);
});

test('small bodies in chunks count by their length as well', async () => {
  await using own = await startGateway();
  own.upstream.setLatency(500, 'accessToken');

  const answers = await Promise.all(Array.from({ length: 40 }, () => post('gzip', chunked(packed), own)));

  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});
