import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startProcess } from '../support/gateway-process.ts';
import { readConfig } from '../support/read-config.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const production = { NODE_ENV: 'production', GATEWAY_API_KEYS: 'a-long-and-random-key', HOST: '0.0.0.0' };

let gateway: GatewayUnderTest;
let admin: string;

beforeAll(async () => {
  gateway = await startGateway({
    environment: { ...production, ADMIN_PORT: '0', ADMIN_HOST: '127.0.0.1', DINGTALK_QPS: '20' },
  });
  admin = await gateway.admin!.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => gateway.close());

const get = async (url: string, method = 'GET') => {
  const response = await fetch(url, { method });
  return { status: response.status, headers: response.headers, body: await response.text() };
};

test.each(['/healthz', '/readyz', '/metrics', '/status'])(
  '%s is on the admin port, and 404 on the public one',
  async (path) => {
    expect(await get(`${admin}${path}`)).toMatchObject({ status: 200 });
    const missing = await get(`${gateway.url}${path}`);
    expect([missing.status, JSON.parse(missing.body)]).toEqual([
      404,
      {
        errors: [
          {
            message: 'Not found. The GraphQL endpoint is /graphql (GET or POST).',
            extensions: { code: 'NOT_FOUND', retryable: false },
          },
        ],
      },
    ]);
  },
);

test('the admin port has nothing else, and says so in GraphQL’s form', async () => {
  const answers = [await get(`${admin}/graphql?query={__typename}`), await get(`${admin}/status`, 'POST')];

  expect(answers.map(({ status, body }) => [status, JSON.parse(body).errors[0].message])).toEqual([
    [404, 'Not found. The admin port has /healthz, /readyz, /metrics and /status (GET).'],
    [405, 'Method not allowed. Use GET, HEAD.'],
  ]);
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('x-request-id')).toMatch(/./);
  }
});

test('GET /status is the whole state, without a secret or an id', async () => {
  const key = { 'x-api-key': 'a-long-and-random-key' };
  await gateway.query('{ conversationSpace(openConversationId: "cid.demo.a") { spaceId } }', {}, key);

  const { body, headers } = await get(`${admin}/status`);

  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(JSON.parse(body)).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    node: process.versions.node,
    uptimeSeconds: expect.any(Number),
    mode: 'live',
    upstream: new URL(gateway.upstream.url).host,
    viewerAuth: 'fixed',
    ready: true,
    reasons: [],
    draining: false,
    breaker: 'closed',
    ipBanSeconds: 0,
    quota: { callsPerMonth: null, organizations: [{ corp: 'own', spent: false, callsThisMonth: 1 }] },
    pace: {
      callsPerSecond: 20,
      apis: [
        { api: 'accessToken', callsPerSecond: 20, queued: 0, inFlight: 0 },
        { api: 'conversationSpace', callsPerSecond: 20, queued: 0, inFlight: 0 },
      ],
    },
    tokens: [{ corp: 'own', ageSeconds: 0 }],
    redis: 'off',
    cache: { entries: 0, bytes: 0 },
    droppedLogLines: expect.any(Number),
  });
  expect(body).not.toMatch(/chyxxxxx|sandbox-app|ding1234xxxxx|random-key/);
});

test.each([
  ['OPTIONS / HTTP/1.0\r\n\r\n', '{"status":"alive"}'],
  ['OPTIONS /readyz HTTP/1.0\r\n\r\n', '{"status":"ready"}'],
  ['HEAD /readyz HTTP/1.0\r\n\r\n', ''],
  ['GET /readyz HTTP/1.0\r\n\r\n', '{"status":"ready"}'],
  ['GET /healthz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', '{"status":"alive"}'],
  ['GET /readyz HTTP/1.1\r\nHost: 10.0.0.5:4001\r\nConnection: close\r\n\r\n', '{"status":"ready"}'],
])('the usual checks are answered there: %j', async (request, body) => {
  const socket = net.connect({ port: Number(new URL(admin).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(request);

  const answer = await text(socket);
  socket.end();

  expect([Number(answer.split(' ')[1]), answer.slice(answer.indexOf('\r\n\r\n') + 4)]).toEqual([200, body]);
});

test('on loopback it does not serve a page whose name resolves to this machine', async () => {
  const socket = net.connect(Number(new URL(admin).port), '127.0.0.1');
  socket.write('GET /status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 /);
});

test('without ADMIN_PORT /status is on the public port outside production only', async () => {
  await using inDevelopment = await startGateway();
  await using inProduction = await startGateway({ environment: production });

  const statuses = [inDevelopment, inProduction].map(async ({ url }) => (await get(`${url}/status`)).status);
  expect(await Promise.all(statuses)).toEqual([200, 404]);
  expect(await get(`${inProduction.url}/metrics`)).toMatchObject({ status: 200 });
});

test.each([
  [{ ADMIN_PORT: '4000' }, 'ADMIN_PORT'],
  [{ PORT: '4001', ADMIN_PORT: '4001' }, 'ADMIN_PORT'],
  [{ ADMIN_PORT: '65536' }, 'ADMIN_PORT'],
  [{ ADMIN_PORT: '1', ADMIN_HOST: 'http://localhost' }, 'ADMIN_HOST'],
])('%j is a problem at start', (environment, variable) => {
  expect(readConfig(environment)).toMatchObject({ ok: false, problems: [{ variable }] });
});

test('ADMIN_HOST is HOST unless it is set, and has no effect without ADMIN_PORT', () => {
  const both = readConfig({ HOST: '::1', ADMIN_PORT: '4001' });
  const alone = readConfig({ ADMIN_HOST: '::1' });

  expect(both).toMatchObject({ ok: true, config: { admin: { host: '::1', port: 4001 } }, warnings: [] });
  expect(alone).toMatchObject({ ok: true, warnings: ['ADMIN_HOST has no effect without ADMIN_PORT'] });
});

test('a port in use is reported with the names of its variables', async () => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as net.AddressInfo;
  await using run = startProcess([process.execPath, 'dist/main.js'], {
    PORT: '0',
    ADMIN_PORT: String(port),
    LOG_LEVEL: 'silent',
  });

  expect(await run.ended).toBe(1);
  expect(run.output()).toEqual({
    stdout: '',
    stderr: `The gateway cannot listen on 127.0.0.1:${port}: the port is in use. Stop what uses it, or set ADMIN_PORT to another one.\n`,
  });
  other.close();
});
