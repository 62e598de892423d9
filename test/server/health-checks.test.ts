import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';

interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a request as bytes on a connection of its own, and reads until the gateway ends it. */
async function probe(url: string, request: string): Promise<ProbeAnswer> {
  const socket = connectTo(url);
  socket.write(request);
  return readAnswer(socket);
}

function connectTo(url: string): net.Socket {
  const { hostname, port } = new URL(url);
  return net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
}

async function readAnswer(socket: net.Socket): Promise<ProbeAnswer> {
  const answer = await text(socket);
  socket.end();
  return { status: Number(answer.split(' ')[1]), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
}

const alive = { status: 200, body: '{"status":"alive"}' };
const ready = { status: 200, body: '{"status":"ready"}' };
const withoutBody = { status: 200, body: '' };

/** As load balancers send them. None of them names a host that ALLOWED_HOSTS could hold. */
const probes: readonly (readonly [string, object])[] = [
  ['OPTIONS / HTTP/1.0\r\n\r\n', alive],
  ['OPTIONS * HTTP/1.0\r\n\r\n', alive],
  ['OPTIONS /healthz HTTP/1.0\r\n\r\n', alive],
  ['OPTIONS /readyz HTTP/1.0\r\n\r\n', ready],
  ['GET /healthz HTTP/1.0\r\n\r\n', alive],
  ['GET /readyz HTTP/1.0\r\n\r\n', ready],
  ['GET /healthz HTTP/1.0\r\nHost:\r\n\r\n', alive],
  ['HEAD /healthz HTTP/1.0\r\n\r\n', withoutBody],
  ['HEAD /readyz HTTP/1.0\r\n\r\n', withoutBody],
  ['HEAD /metrics HTTP/1.0\r\n\r\n', withoutBody],
  ['GET /readyz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', ready],
  [
    'GET /readyz HTTP/1.1\r\nHost: 10.0.0.5:4000\r\nUser-Agent: kube-probe/1.34\r\nConnection: close\r\n\r\n',
    ready,
  ],
  [
    'GET /readyz HTTP/1.1\r\nHost: [fd00::5]:4000\r\nUser-Agent: kube-probe/1.34\r\nConnection: close\r\n\r\n',
    ready,
  ],
  [
    'GET /readyz HTTP/1.1\r\nHost: 10.0.0.5:4000\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n',
    ready,
  ],
  ['GET /readyz HTTP/1.1\r\nHost: 10.0.0.5\r\nUser-Agent: GoogleHC/1.0\r\nConnection: close\r\n\r\n', ready],
];

const environments = {
  'on loopback': {},
  'in production': { NODE_ENV: 'production', GATEWAY_API_KEYS: 'key' },
  'with ALLOWED_HOSTS, CORS and the explorer': {
    ALLOWED_HOSTS: 'gateway.example',
    CORS_ORIGINS: 'https://app.example',
    IDE: 'on',
  },
};

test.each(Object.entries(environments))('every usual check is answered %s', async (_where, environment) => {
  await using gateway = await startGateway({ environment });

  const answers: unknown[] = [];
  for (const [request] of probes) answers.push([request, await probe(gateway.url, request)]);

  expect(answers).toEqual(probes);
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['accessToken']);
});

test.each(['GET', 'OPTIONS'])(
  '%s /readyz of HTTP/1.0 is 503 with the reasons while it is not ready',
  async (method) => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 });

    expect(await probe(gateway.url, `${method} /readyz HTTP/1.0\r\n\r\n`)).toEqual({
      status: 503,
      body: '{"status":"not ready","reasons":["cannot get an access token from DingTalk"]}',
    });
  },
);

test('/healthz answers a check that ends its side of the connection, and one that keeps it open', async () => {
  await using gateway = await startGateway();
  const socket = connectTo(gateway.url);

  socket.write('GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.end('GET /healthz HTTP/1.0\r\n\r\n');

  expect(String(first)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: keep-alive\r\n.*"alive"}$/s);
  expect(await readAnswer(socket)).toEqual(alive);
});

test('Prometheus may scrape by address, whatever ALLOWED_HOSTS says', async () => {
  await using gateway = await startGateway({ environment: { ALLOWED_HOSTS: 'gateway.example' } });

  const { status, body } = await probe(
    gateway.url,
    'GET /metrics HTTP/1.1\r\nHost: 10.0.0.5:4000\r\nConnection: close\r\n\r\n',
  );

  expect(status).toBe(200);
  expect(body).toContain('dingtalk_gateway_');
});

test.each([
  ['GET /healthz HTTP/1.1\r\n', 400],
  ['GET /healthz HTTP/1.1\r\nHost: a b\r\n', 400],
  ['GET /healthz HTTP/1.0\r\nHost: evil.example\r\n', 421],
  ['OPTIONS / HTTP/1.0\r\nHost: evil.example\r\n', 421],
  ['GET /healthz HTTP/1.1\r\nHost: 10.0.0.5.evil.example\r\n', 421],
  ['GET /healthz HTTP/1.1\r\nHost: 10.5\r\n', 421],
  ['GET / HTTP/1.1\r\nHost: 10.0.0.5\r\n', 421],
  ['GET /graphql?query={__typename} HTTP/1.1\r\nHost: 10.0.0.5\r\n', 421],
  ['GET /graphql?query={__typename} HTTP/1.1\r\nHost:\r\n', 400],
  ['GET /graphql?query={__typename} HTTP/1.1\r\n', 400],
  // Not from a browser: its page would need a Host.
  ['GET /graphql?query={__typename} HTTP/1.0\r\n', 200],
])('%j on loopback is %s', async (head, status) => {
  await using gateway = await startGateway();

  const answer = await probe(gateway.url, `${head}apollo-require-preflight: 1\r\nConnection: close\r\n\r\n`);

  expect(answer).toHaveProperty('status', status);
});
