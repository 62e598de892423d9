import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createServedHostCheck } from '../../src/server/served-host.ts';
import { startProcess } from '../support/gateway-process.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway } from '../support/start-gateway.ts';

const loopbackNames = [
  'localhost',
  'localhost:4000',
  'LocalHost.',
  'localhost.:4000',
  'app.localhost',
  'a.b.localhost:1',
  '127.0.0.1',
  '127.0.0.1.:4000',
  '127.9.8.7:65535',
  '[::1]',
  '[::1]:4000',
];
const otherNames = [
  'evil.example',
  'localhost.evil.example',
  'evillocalhost',
  '.localhost',
  'localhost..',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io:4000',
  '127.1',
  '2130706433',
  '0.0.0.0',
  '128.0.0.1',
  '[::]',
  '[::2]:4000',
  '[::ffff:10.0.0.1]',
];

test.each(['127.0.0.1', '127.0.0.53', 'localhost', '::1'])(
  'on %s only the names of loopback are served',
  (host) => {
    const isServed = createServedHostCheck({ host, allowedHosts: [] });

    expect(loopbackNames.filter((name) => !isServed(name))).toEqual([]);
    expect(otherNames.filter(isServed)).toEqual([]);
  },
);

test.each(['127.0.0.1', '0.0.0.0'])('on %s allowed names are served too', (host) => {
  const isServed = createServedHostCheck({ host, allowedHosts: ['gateway.example', '[fd00::1]'] });

  expect(
    ['gateway.example', 'Gateway.Example.:443', '[fd00::1]', '[FD00::1]:4000', ...loopbackNames].filter(
      (name) => !isServed(name),
    ),
  ).toEqual([]);
  expect(['a.gateway.example', '[fd00::2]', ...otherNames].filter(isServed)).toEqual([]);
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'gateway.example'])('on %s any name is served', (host) => {
  expect([...loopbackNames, ...otherNames].every(createServedHostCheck({ host, allowedHosts: [] }))).toBe(
    true,
  );
});

const refused = {
  errors: [
    {
      message:
        'This gateway does not serve the name in the header Host: its operator can add it to ALLOWED_HOSTS.',
      extensions: { code: 'BAD_REQUEST', retryable: false },
    },
  ],
};

test.each([
  ['GET', '/'],
  ['GET', '/explorer/x.js'],
  ['GET', '/graphql?query={__typename}'],
  ['POST', '/graphql'],
  ['OPTIONS', '/graphql'],
  ['GET', '/metrics'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/nothing-here'],
])('a page with a rebound DNS name reads nothing of %s %s', async (method, path) => {
  await using gateway = await startGateway({
    environment: { IDE: 'on', CORS_ORIGINS: 'http://app.example' },
  });
  const { port } = new URL(gateway.url);

  // A browser does this after the rebinding: the same origin as the page, and so no preflight.
  const request = http.request({
    host: 'rebound.evil.example',
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    port,
    method,
    path,
    headers: {
      origin: `http://rebound.evil.example:${port}`,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
  });
  request.end(method === 'POST' ? '{"query":"{ __typename }"}' : undefined);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];

  expect(response.statusCode).toBe(421);
  expect(JSON.parse(await text(response))).toEqual(refused);
  expect(response.headers).not.toHaveProperty('access-control-allow-origin');
  expect(gateway.log.join('')).not.toContain('rebound');
});

test('requests for a name in ALLOWED_HOSTS are answered', async () => {
  await using gateway = await startGateway({ environment: { ALLOWED_HOSTS: 'Gateway.Example., fd00::1' } });
  const statusFor = async (host: string): Promise<number | undefined> =>
    (await sendRaw(gateway.url, rawRequest('GET /healthz HTTP/1.1', [['host', host]])))?.status;

  expect(await statusFor('gateway.example:4000')).toBe(200);
  expect(await statusFor('[fd00::1]:4000')).toBe(200);
  expect(await statusFor('localhost')).toBe(200);
  expect(await statusFor('evil.example')).toBe(421);
});

test.each([
  ['http://evil.example/healthz', ['localhost'], 400],
  ['http://localhost/healthz', ['evil.example'], 400],
  ['http://evil.example/healthz', ['evil.example'], 421],
  ['http://localhost@evil.example/healthz', ['localhost'], 400],
  ['http://evil.example@localhost/healthz', ['localhost'], 400],
  ['http://localhost:1/healthz', ['localhost:2'], 400],
  ['HTTP://LOCALHOST/healthz', ['localhost'], 200],
  ['http://localhost/healthz', ['localhost'], 200],
  ['/healthz', ['localhost', 'evil.example'], 400],
  ['/healthz', ['evil.example', 'localhost'], 400],
  ['/healthz', ['localhost', 'localhost'], 400],
  ['/healthz', ['localhost, evil.example'], 400],
  ['/http://evil.example', ['localhost'], 404],
])('GET %s with the hosts %j is %s', async (target, hosts, status) => {
  await using gateway = await startGateway();

  const answer = await sendRaw(
    gateway.url,
    rawRequest(
      `GET ${target} HTTP/1.1`,
      hosts.map((host) => ['host', host] as const),
    ),
  );

  expect(answer).toHaveProperty('status', status);
  expect(answer?.body).not.toContain('evil');
});

test('listens on IPv6 loopback, with or without brackets, and answers to that address', async () => {
  await using run = startProcess([process.execPath, 'dist/main.js'], { HOST: '[::1]', PORT: '0' });
  const url = await run.url;

  expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/graphql$/);
  expect(await fetch(new URL('/healthz', url))).toHaveProperty('status', 200);
});
