import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { selfSigned } from '../support/self-signed.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { faulty, suffer, usedMegabytes, type FaultCase } from './suffer.ts';

/** Somewhere else: a token that came here would have followed a redirect. */
const elsewhere = http.createServer((request, response) => {
  seenElsewhere.push(request.url ?? '');
  response.end('{"space":{"spaceId":"stolen","corpId":"stolen"}}');
});
const seenElsewhere: string[] = [];
/** Speaks TLS, but has no certificate to show. */
const withoutCertificate = tls.createServer({});
/** Shows a certificate that nobody vouches for: whoever asks here would have told it the application's secret. */
const seenUntrusted: string[] = [];
const untrusted = https.createServer(selfSigned, (request, response) => {
  seenUntrusted.push(request.url ?? '');
  response.end('{"accessToken":"stolen","expireIn":7200}');
});
/** Speaks something, but not HTTP. */
const otherProtocol = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.end('220 mail.example.com ESMTP\r\n');
});
/** Where nothing listens until a test lets something. */
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
    name: 'an answer that takes a while',
    begin: ({ gateway }) => gateway.upstream.setLatency(100),
    code: 'ok',
  },
  {
    name: 'an answer that takes too long',
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
    name: 'one reset of a connection that was kept',
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

test('a refused connection, and then one that is not', () =>
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

test('a host that nobody knows', () =>
  suffer({
    name: 'unknown host',
    environment: { DINGTALK_API_URL: 'https://no-such-host.invalid' },
    cold: true,
    begin: () => undefined,
    // A resolver may take its time to say so.
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

test('a certificate that nobody vouches for: not a word is said to its owner', async () => {
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

test('a server that speaks something else than HTTP', () =>
  suffer({
    name: 'no HTTP',
    environment: { DINGTALK_API_URL: `http://127.0.0.1:${portOf(otherProtocol)}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_MALFORMED_RESPONSE',
    endless: true,
  }));

test('plain HTTP where TLS was expected', () =>
  suffer({
    name: 'no TLS',
    environment: { DINGTALK_API_URL: `https://127.0.0.1:${portOf(elsewhere)}` },
    cold: true,
    begin: () => undefined,
    code: 'UPSTREAM_UNAVAILABLE',
    endless: true,
  }));

test('no request ever followed a redirect', () => {
  expect(seenElsewhere).toEqual([]);
});
