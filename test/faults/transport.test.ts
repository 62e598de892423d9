import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { selfSigned } from '../support/self-signed.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { faulty, suffer, usedMegabytes, type FaultCase } from './suffer.ts';

/** The target of redirects: a request here means that one was followed. */
const elsewhere = http.createServer((request, response) => {
  seenElsewhere.push(request.url ?? '');
  response.end('{"space":{"spaceId":"stolen","corpId":"stolen"}}');
});
const seenElsewhere: string[] = [];
/** A TLS server without a certificate. */
const withoutCertificate = tls.createServer({});
/** A TLS server with an untrusted certificate: a token call that reaches it reveals the application's secret. */
const seenUntrusted: string[] = [];
const untrusted = https.createServer(selfSigned, (request, response) => {
  seenUntrusted.push(request.url ?? '');
  response.end('{"accessToken":"stolen","expireIn":7200}');
});
/** A server of another protocol than HTTP. */
const otherProtocol = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.end('220 mail.example.com ESMTP\r\n');
});
/** A port where nothing listens until a test starts a server. */
let unusedPort: number;
let later: TcpProxy | undefined;

const portOf = (server: net.Server): number => (server.address() as AddressInfo).port;
const listening = async <T extends net.Server>(server: T): Promise<T> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const redirects = [301, 302, 303, 307, 308].map((status): FaultCase => ({
  name: `a redirect with ${status}`,
  begin: ({ gateway }) =>
    gateway.upstream.addFault('conversationSpace', {
      kind: 'redirect',
      status,
      location: `http://127.0.0.1:${portOf(elsewhere)}/stolen`,
    }),
  code: 'UPSTREAM_MALFORMED_RESPONSE',
  dingtalk: { status },
}));

const table: readonly FaultCase[] = [
  {
    name: 'a slow answer',
    begin: ({ gateway }) => gateway.upstream.setLatency(100),
    code: 'ok',
  },
  {
    name: 'an answer after the deadline',
    begin: ({ gateway }) => gateway.upstream.setLatency(60_000),
    code: 'UPSTREAM_TIMEOUT',
    hangsAt: 'conversationSpace',
  },
  {
    name: 'a hang before the headers',
    begin: faulty({ kind: 'hang' }),
    code: 'UPSTREAM_TIMEOUT',
    hangsAt: 'conversationSpace',
  },
  {
    name: 'a hang within the body',
    begin: faulty({ kind: 'hang-mid-body' }),
    code: 'UPSTREAM_TIMEOUT',
    hangsAt: 'conversationSpace',
  },
  {
    name: 'a byte every 200 ms',
    begin: faulty({ kind: 'trickle', everyMs: 200 }),
    code: 'UPSTREAM_TIMEOUT',
    hangsAt: 'conversationSpace',
  },
  { name: 'a reset', begin: faulty({ kind: 'reset' }), code: 'UPSTREAM_UNAVAILABLE' },
  {
    name: 'a reset within the body',
    begin: faulty({ kind: 'reset-mid-body' }),
    code: 'UPSTREAM_UNAVAILABLE',
  },
  { name: 'a truncated body', begin: faulty({ kind: 'truncated' }), code: 'UPSTREAM_UNAVAILABLE' },
  {
    name: 'one reset of a kept-alive connection',
    begin: ({ gateway }) => gateway.upstream.addFault('conversationSpace', { kind: 'reset' }, 1),
    code: 'ok',
  },
  ...redirects,
];

let usedBefore: number;
beforeAll(async () => {
  await Promise.all([elsewhere, withoutCertificate, untrusted, otherProtocol].map(listening));
  withoutCertificate.on('tlsClientError', () => undefined);
  const taken = await listening(net.createServer());
  unusedPort = portOf(taken);
  taken.close();
  await suffer({ name: 'none', begin: () => undefined, code: 'ok' });
  usedBefore = usedMegabytes();
});

afterAll(async () => {
  elsewhere.close();
  withoutCertificate.close();
  untrusted.close();
  otherProtocol.close();
  await later?.[Symbol.asyncDispose]();
  expect(usedMegabytes() - usedBefore).toBeLessThan(100);
});

test.each(table)('$name', suffer);

test('a refused connection, then one that is accepted', () =>
  suffer({
    name: 'refused',
    environment: { DINGTALK_API_URL: `http://127.0.0.1:${unusedPort}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_UNAVAILABLE',
    async end({ gateway }) {
      later = await startTcpProxy(Number(new URL(gateway.upstream.url).port), unusedPort);
    },
  }));

test('an unknown host', () =>
  suffer({
    name: 'unknown host',
    environment: { DINGTALK_API_URL: 'https://no-such-host.invalid' },
    cold: true,
    begin: () => undefined,
    // A resolver may take long to report it.
    code: ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT'],
    endless: true,
  }));

test('a TLS handshake that fails', () =>
  suffer({
    name: 'handshake',
    environment: { DINGTALK_API_URL: `https://127.0.0.1:${portOf(withoutCertificate)}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_UNAVAILABLE',
    endless: true,
  }));

test('an untrusted certificate: no request is sent', async () => {
  let log: readonly string[] = [];
  await suffer({
    name: 'untrusted',
    environment: { DINGTALK_API_URL: `https://127.0.0.1:${portOf(untrusted)}` },
    cold: true,
    begin({ gateway }) {
      ({ log } = gateway);
    },
    code: 'UPSTREAM_UNAVAILABLE',
    endless: true,
  });

  expect(log.join('')).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(seenUntrusted).toEqual([]);
});

test('a server of another protocol', () =>
  suffer({
    name: 'no HTTP',
    environment: { DINGTALK_API_URL: `http://127.0.0.1:${portOf(otherProtocol)}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_MALFORMED_RESPONSE',
    endless: true,
  }));

test('plain HTTP instead of TLS', () =>
  suffer({
    name: 'no TLS',
    environment: { DINGTALK_API_URL: `https://127.0.0.1:${portOf(elsewhere)}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_UNAVAILABLE',
    endless: true,
  }));

test('no request follows a redirect', () => {
  expect(seenElsewhere).toEqual([]);
});
