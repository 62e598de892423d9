import tls from 'node:tls';
import { expect, test } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import type { ProxyFault } from '../support/forward-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { selfSignedForNames } from '../support/self-signed.ts';
import { example, found, lookup, startThroughProxy, type ThroughProxyOptions } from './through-proxy.ts';

const authorization = `Basic ${Buffer.from('gateway:p@ss').toString('base64')}`;

test.each(['http', 'https'] as const)(
  'many lookups are one tunnel of a proxy by %s, which alone gets its password',
  async (scheme) => {
    await using under = await startThroughProxy({ scheme, authorization });
    const { gateway, proxy, target } = under;

    for (const id of [example.id, 'cid.demo.1', 'cid.demo.2']) {
      expect((await gateway.query(lookup, { id })).body).toMatchObject({ data: { conversationSpace: {} } });
    }

    expect(proxy.connects).toEqual([{ target, authorization }]);
    const { calls } = gateway.upstream;
    expect(calls.map(({ api }) => api)).toEqual([
      'accessToken',
      'conversationSpace',
      'conversationSpace',
      'conversationSpace',
    ]);
    expect(new Set(calls.map(({ tcpConnection }) => tcpConnection)).size).toBe(1);
    for (const { headers } of calls) {
      expect(headers['host']).toBe(target);
      expect(Object.keys(headers).filter((name) => name.startsWith('proxy-'))).toEqual([]);
    }
    expect(gateway.log.join('')).not.toContain(authorization);
    expect(proxy.open).toBe(1);
    await gateway.close();
    await eventually(() => proxy.open === 0);
  },
);

const answer =
  (text: string): ProxyFault =>
  (socket) =>
    socket.end(text);

const status = (code: number): ProxyFault =>
  answer(`HTTP/1.1 ${code} Words of the proxy\r\n\r\n<html>secret`);

interface Case extends ThroughProxyOptions {
  readonly name: string;
  readonly fault: ProxyFault;
  readonly reason: string;
}

const refusals: readonly Case[] = [
  {
    name: '407, without a password',
    fault: status(407),
    reason:
      'the proxy PROXY refused: 407 Proxy Authentication Required: set user and password in HTTPS_PROXY (Basic authentication)',
  },
  {
    name: '407, with a wrong one',
    authorization,
    fault: status(407),
    reason:
      'the proxy PROXY refused: 407 Proxy Authentication Required: correct user and password in HTTPS_PROXY (Basic authentication)',
  },
  {
    name: '403',
    fault: status(403),
    reason: 'the proxy PROXY refused: 403 Forbidden: let it pass requests for TARGET',
  },
  {
    name: '405, as a web server',
    fault: status(405),
    reason: 'the proxy PROXY refused: 405 Method Not Allowed: is HTTPS_PROXY a forward proxy?',
  },
  {
    name: '302, as a portal',
    fault: status(302),
    reason: 'the proxy PROXY refused: 302 Found: is HTTPS_PROXY a forward proxy?',
  },
];

test.each(refusals)('a proxy that refuses is asked once: $name', async ({ fault, reason, ...options }) => {
  await using under = await startThroughProxy(options);
  under.proxy.setFault(fault);

  const { body } = await under.gateway.query(lookup, example);

  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message:
          "This gateway's forward proxy refuses its calls to DingTalk: its operator can change that, not you.",
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: { code: 'GATEWAY_MISCONFIGURED', retryable: false },
      },
    ],
  });
  expect(under.proxy.connects).toHaveLength(1);
  expect(under.gateway.upstream.calls).toEqual([]);
  expect(under.reasons()).toEqual([
    `the forward proxy gives no connection: ${reason}`,
    `lookup failed: ${reason}`,
  ]);
  expect(under.gateway.log.join('')).not.toContain('secret');
  under.proxy.setFault(undefined);
});

const failures: readonly Case[] = [
  ...[502, 503, 504].map((code) => ({
    name: String(code),
    fault: status(code),
    reason: `the proxy PROXY refused: ${code} ${{ 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' }[code]}: it cannot reach TARGET`,
  })),
  {
    name: '429',
    fault: status(429),
    reason: 'the proxy PROXY refused: 429 Too Many Requests: is HTTPS_PROXY a forward proxy?',
  },
  {
    name: 'no HTTP',
    fault: answer('SSH-2.0-OpenSSH_9.2\r\n'),
    reason: 'the proxy PROXY did not answer CONNECT: HPE_INVALID_CONSTANT',
  },
  {
    name: 'headers without end',
    fault: answer(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`),
    reason: 'the proxy PROXY did not answer CONNECT: HPE_HEADER_OVERFLOW',
  },
  {
    name: 'the end of the connection',
    fault: (socket) => socket.destroy(),
    reason: 'the proxy PROXY did not answer CONNECT: ECONNRESET',
  },
  {
    name: 'the end of the tunnel',
    fault: answer('HTTP/1.1 200 OK\r\n\r\n'),
    reason: 'the proxy PROXY gave no way to TARGET: ECONNRESET',
  },
  {
    name: 'a page in place of the tunnel',
    fault: answer('HTTP/1.1 200 OK\r\n\r\n<html></html>'),
    reason: 'the proxy PROXY gave no way to TARGET: ERR_SSL_WRONG_VERSION_NUMBER',
  },
  {
    name: 'a certificate of its own',
    fault: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      new tls.TLSSocket(socket, { isServer: true, ...selfSignedForNames }).on('error', () => undefined);
    },
    reason: 'the proxy PROXY gave no way to TARGET: DEPTH_ZERO_SELF_SIGNED_CERT',
  },
];

test.each(failures)('a proxy that fails is asked again: $name', async ({ fault, reason, ...options }) => {
  await using under = await startThroughProxy(options);
  under.proxy.setFault(fault);

  const { body } = await under.gateway.query(lookup, example);

  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message: 'DingTalk is not available right now: try again later.',
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
      },
    ],
  });
  expect(under.proxy.connects).toHaveLength(3);
  expect(under.gateway.upstream.calls).toEqual([]);
  expect(under.reasons()).toEqual([
    `the forward proxy gives no connection: ${reason}`,
    `lookup failed: ${reason}`,
  ]);
  under.proxy.setFault(undefined);
  expect((await under.gateway.query(lookup, example)).body).toEqual(found);
  expect(under.gateway.log.join('')).toContain('the forward proxy gives connections again');
});

test.each([
  ['that refuses connections', async () => `http://127.0.0.1:${await freePort()}`, /: ECONNREFUSED$/],
  ['with an unknown name', async () => 'http://proxy.invalid:3128', /: (?:ENOTFOUND|EAI_AGAIN)$/],
])('a proxy %s is named in the log', async (_name, url, code) => {
  await using under = await startThroughProxy({ url: new URL(await url()), authorization });

  const { body } = await under.gateway.query(lookup, example);

  expect(body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(under.reasons()).toEqual([
    expect.stringMatching(/^the forward proxy gives no connection: the proxy PROXY cannot be reached: /),
    expect.stringMatching(/^lookup failed: the proxy PROXY cannot be reached: /),
  ]);
  expect(under.reasons()[1]).toMatch(code);
});

test.each([
  { name: 'never answers', text: '', reason: 'did not answer CONNECT' },
  {
    name: 'opens a tunnel that leads nowhere',
    text: 'HTTP/1.1 200 OK\r\n\r\n',
    reason: 'gave no way to TARGET',
  },
])('a proxy that $name ends with its reason after three seconds', async ({ text, reason }) => {
  const clock = createManualClock();
  await using under = await startThroughProxy({ clock, environment: { UPSTREAM_TIMEOUT_MS: '60000' } });
  let reached = 0;
  under.proxy.setFault((socket) => {
    socket.write(text);
    if (text === '') reached += 1;
    else socket.once('data', () => (reached += 1));
  });

  const asked = under.gateway.query(lookup, example);
  for (const times of [1, 2, 3]) {
    await eventually(() => reached === times);
    clock.advance(3000);
  }

  const { body } = await asked;
  expect(body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  const full = `the proxy PROXY ${reason}: no answer within 3000 ms`;
  expect(under.reasons()).toEqual([
    `the forward proxy gives no connection: ${full}`,
    `lookup failed: ${full}`,
  ]);
  await eventually(() => under.proxy.open === 0);
});

test('a proxy that has not answered at the deadline is in the log after three seconds', async () => {
  const clock = createManualClock();
  await using under = await startThroughProxy({ clock, environment: { UPSTREAM_TIMEOUT_MS: '1000' } });
  await under.gateway.query(lookup, example);
  under.proxy.setFault(() => undefined);
  under.proxy.cut();

  const asked = under.gateway.query(lookup, example);
  await under.proxy.waitForConnects(2);
  clock.advance(1000);

  const { body } = await asked;
  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message: 'DingTalk did not answer in time: try again.',
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true },
      },
    ],
  });
  expect(under.reasons()).toEqual([]);
  clock.advance(2000);
  await new Promise(setImmediate);
  expect(under.reasons()).toEqual([
    'the forward proxy gives no connection: the proxy PROXY did not answer CONNECT: no answer within 3000 ms',
  ]);
});

test('a proxy that refuses everything opens the breaker, which closes when it has stopped', async () => {
  const clock = createManualClock();
  await using under = await startThroughProxy({ clock, authorization });
  const { gateway, proxy } = under;
  await gateway.query(lookup, example);
  proxy.setFault(status(407));
  proxy.cut();

  for (let times = 0; times < 40; times += 1) await gateway.query(lookup, { id: `cid.demo.${times}` });
  const whileOpen = await gateway.query(lookup, example);

  expect(proxy.connects.length).toBeLessThan(25);
  expect(whileOpen.body.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  proxy.setFault(undefined);
  clock.advance(30_000);
  expect((await gateway.query(lookup, example)).body).toEqual(found);
});

test('a tunnel that was cut while it was kept is replaced within the lookup', async () => {
  await using under = await startThroughProxy();
  await under.gateway.query(lookup, example);
  under.gateway.upstream.clearCalls();
  under.proxy.cut();

  expect((await under.gateway.query(lookup, example)).body).toEqual(found);

  expect(under.proxy.connects).toHaveLength(2);
  expect(under.gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('a tunnel that is cut during a call fails that call only', async () => {
  await using under = await startThroughProxy();
  const { gateway, proxy } = under;
  await gateway.query(lookup, example);
  gateway.upstream.clearCalls();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);

  const asked = gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  proxy.cut();

  expect((await asked).body).toEqual(found);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
});
