import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { streamFile } from '../../examples/download/stream-file.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/gateway-process.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const plan = { spaceId: '798xxxxx', dentryId: '2001' };
const planBytes = 24_576;

/** A server with the example in it, in front of a gateway. */
async function startExample(gateway: Pick<GatewayUnderTest, 'url'>) {
  const failures: unknown[] = [];
  const server = createServer((request, response) => {
    streamFile(request, response, `${gateway.url}/graphql`).catch((error: unknown) => {
      failures.push(error);
      response.destroy();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    failures,
    get: (file: Record<string, string>, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`http://127.0.0.1:${port}/?${new URLSearchParams(file).toString()}`, { headers, method }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** How the stand-in's answer for the file looks with these urls. */
async function answerWithUrls({ query, upstream }: GatewayUnderTest, urlsOf: (url: string) => string[]) {
  const { body } = await query(
    '{ dentry(spaceId: "798xxxxx", dentryId: "2001") { download { urls headers { name value } } } }',
  );
  const { urls, headers } = body.data.dentry.download;
  const headerSignatureInfo = {
    resourceUrls: urlsOf(urls[0]),
    headers: Object.fromEntries(headers.map((header: any) => [header.name, header.value])),
    expirationSeconds: 900,
  };
  const text = JSON.stringify({ protocol: 'HEADER_SIGNATURE', headerSignatureInfo });
  upstream.addFault('downloadInfo', { kind: 'answer', status: 200, body: text }, 1);
}

test('streams a file as an attachment, with the signed headers and no other', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);

  const response = await example.get(plan);

  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': String(planBytes),
    'content-disposition':
      "attachment; filename*=UTF-8''%E9%A1%B9%E7%9B%AE%E8%AE%A1%E5%88%92%20Project%20plan.docx",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  });
  expect(await bytesOf(response)).toHaveLength(planBytes);
  const [{ headers } = { headers: {} }] = gateway.upstream.callsTo('object');
  expect(Object.keys(headers).toSorted()).toEqual(['authorization', 'connection', 'host', 'x-oss-date']);
});

test('passes a range on', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);
  const whole = await bytesOf(await example.get(plan));

  const response = await example.get(plan, { range: 'bytes=100-199' });

  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes 100-199/${planBytes}`);
  expect(await bytesOf(response)).toEqual(whole.subarray(100, 200));
});

test('a range beyond the file is 416 with the size', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);

  const response = await example.get(plan, { range: 'bytes=30000-' });

  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe(`bytes */${planBytes}`);
});

test.each([
  ['answers 403', (url: string) => url.replace('/2001/', '/2002/')],
  ['is not there', () => 'http://127.0.0.1:1/'],
])('asks the next url if the first one %s', async (_how, failing) => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);
  await answerWithUrls(gateway, (url) => [failing(url), url]);

  const response = await example.get(plan);

  expect(response.status).toBe(200);
  expect(await bytesOf(response)).toHaveLength(planBytes);
});

test('without a url that answers it is 502', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);
  await answerWithUrls(gateway, () => ['http://127.0.0.1:1/']);

  expect((await example.get(plan)).status).toBe(502);
});

test.each([
  ['no such file', { ...plan, dentryId: 'dentry.dentryNotExist' }, 404, 'DENTRY_NOT_FOUND', null],
  ['a file that may not be read', { ...plan, dentryId: 'dentry.permissionDenied' }, 403, 'FORBIDDEN', null],
  ['an online document', { ...plan, dentryId: '2007' }, 415, 'DENTRY_NOT_SUPPORTED', null],
  ['an archived file', { ...plan, dentryId: '2008' }, 503, 'DENTRY_ARCHIVED', '300'],
  ['no ids', {}, 400, 'BAD_USER_INPUT', null],
])('%s answers with its own status', async (_what, file, status, code, retryAfter) => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);

  const response = await example.get(file);

  expect(response.status).toBe(status);
  expect(await response.text()).toBe(code);
  expect(response.headers.get('retry-after')).toBe(retryAfter);
  expect(gateway.upstream.callsTo('object')).toHaveLength(0);
});

test('the gateway gets the credentials of the client', async () => {
  await using gateway = await startGateway({
    environment: { VIEWER_AUTH: 'dingtalk', DINGTALK_OPERATOR_UNION_ID: '' },
  });
  await using example = await startExample(gateway);

  const stranger = await example.get(plan);
  const person = await example.get(plan, { authorization: 'Bearer sandbox-user-token-chy' });

  expect(stranger.status).toBe(401);
  expect(person.status).toBe(200);
  expect(await bytesOf(person)).toHaveLength(planBytes);
});

test('a client that leaves ends the transfer', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);

  const response = await example.get({ ...plan, dentryId: '2003' });
  await response.body?.cancel();

  await eventually(() => gateway.upstream.abortedCalls === 1 && gateway.upstream.inFlight === 0);
  expect(example.failures).toHaveLength(1);
});

test('only GET', async () => {
  await using gateway = await startGateway();
  await using example = await startExample(gateway);

  const response = await example.get(plan, {}, 'POST');

  expect(response.status).toBe(405);
  expect(gateway.upstream.callsTo('downloadInfo')).toHaveLength(0);
});

test('runs as its README says, and prints nothing of the url or its headers', async () => {
  await using gateway = await startGateway();
  await using example = startProcess(['npx', 'tsx', 'examples/download/stream-file.ts'], {
    GATEWAY_URL: `${gateway.url}/graphql`,
    PORT: '0',
  });
  await once(example.child.stdout!, 'data');
  const [, address = ''] = /(http:\S+)/.exec(example.output().stdout) ?? [];

  const response = await fetch(address);

  expect(await bytesOf(response)).toHaveLength(planBytes);
  const [{ headers } = { headers: {} as Record<string, string> }] = gateway.upstream.callsTo('object');
  const { stdout, stderr } = example.output();
  expect(stderr).toBe('');
  expect(stdout).toBe(`${address}\n`);
  expect(stdout).not.toContain(headers['authorization']);
});
