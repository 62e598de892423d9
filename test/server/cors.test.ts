import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const patterns = [
  'https://app.example.com',
  'https://*.example.org',
  'https://*.ports.example.net:*',
  'https://*.example.net:8443',
  'http://localhost:*',
  'http://[::1]:*',
  'http://*.localhost:*',
  'https://xn--bcher-kva.example',
  'capacitor://localhost',
  'tauri://localhost',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
];

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({
    environment: {
      CORS_ORIGINS: patterns.join(', '),
      GATEWAY_API_KEYS: 'web=key-of-the-web-client',
      VIEWER_RPS: '1',
    },
  });
});
afterAll(() => gateway.close());

const preflight = (origin: string): Promise<Response> =>
  fetch(`${gateway.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key',
    },
  });

test.each([
  'https://app.example.com',
  'https://a.example.org',
  'https://a.b.c.example.org',
  'https://xn--bcher-kva.example.org',
  'https://a.ports.example.net',
  'https://a.ports.example.net:65535',
  'https://a.example.net:8443',
  'http://localhost',
  'http://localhost:5173',
  'http://[::1]:3000',
  'http://tauri.localhost',
  'http://app.localhost:1420',
  'https://xn--bcher-kva.example',
  'capacitor://localhost',
  'tauri://localhost',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
])('a page of %s may ask', async (origin) => {
  const { status, headers } = await preflight(origin);

  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(origin);
  expect(headers.get('access-control-allow-headers')).toBe('content-type,x-api-key');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('vary')).toMatch(/\bOrigin\b/i);
});

test.each([
  'null',
  'https://evil.example',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'https://app.example.com.',
  'https://app.example.com.evil.example',
  'https://app.example.com/',
  // Below a pattern.
  'https://example.org',
  'https://.example.org',
  'https://a..example.org',
  'https://-.example.org.',
  'https://evil-example.org',
  'https://evilexample.org',
  'https://evil.com/.example.org',
  'https://evil.com?.example.org',
  'https://evil.com#.example.org',
  String.raw`https://evil.com\.example.org`,
  'https://evil.com:443.example.org',
  'https://evil@a.example.org',
  'https://a.example.org.evil.example',
  'https://A.example.org',
  'https://a.example.org:8443',
  'http://a.example.org',
  'https://a.example.net',
  'https://a.example.net:84433',
  'https://a.ports.example.net:',
  'https://a.ports.example.net:123456',
  'https://a.ports.example.net:80:80',
  // Ports of a pattern.
  'https://localhost:5173',
  'http://localhost:',
  'http://localhost:x',
  'http://localhost:1@evil.example',
  'http://localhost:80.evil.example',
  'http://localhost.evil.example',
  'http://evil.example/localhost:1',
  'http://127.0.0.1:5173',
  'http://[::2]:3000',
  'HTTP://localhost:5173',
  // Apps.
  'capacitor://localhost:80',
  'capacitor://evil',
  'chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba',
  'undefined',
  `https://${'a.'.repeat(5000)}example.org.`,
])('a page of %s may not', async (origin) => {
  const { headers } = await preflight(origin);

  expect([...headers.keys()].filter((name) => name.startsWith('access-control-allow-origin'))).toEqual([]);
  expect(headers.get('vary')).toMatch(/\bOrigin\b/i);
});

test('a page reads the request id and how long to wait, also of a refusal', async () => {
  const asPage = { origin: 'https://a.example.org', 'x-api-key': 'key-of-the-web-client' };

  await gateway.query('{ __typename }', {}, asPage);
  const { status, headers } = await gateway.query('{ __typename }', {}, asPage);

  expect({
    status,
    wait: headers.get('retry-after'),
    origin: headers.get('access-control-allow-origin'),
  }).toEqual({
    status: 429,
    wait: '1',
    origin: 'https://a.example.org',
  });
  expect(headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
  expect(headers.get('vary')).toMatch(/\bOrigin\b/i);
});

function problemOf(value: string): string | undefined {
  const result = readConfig({ CORS_ORIGINS: value });
  return result.ok ? undefined : result.problems.find(({ variable }) => variable === 'CORS_ORIGINS')?.message;
}

test('what browsers send, and patterns of it, are no problem', () => {
  const warned = readConfig({ CORS_ORIGINS: patterns.join(',') });
  expect(warned).toMatchObject({ ok: true, warnings: [], config: { corsOrigins: patterns } });
  expect(problemOf('https://app.example.com.')).toBeUndefined();
});

const asSent = /^must have origins as browsers send them: in small letters/;
const hosts = /^must have hosts of letters, digits, - and _/;
const wholeLabel = /^may have \* only as the whole first label of a host/;
const schemes = /^may have the schemes http, https, capacitor, /;
const form = /^must be a comma-separated list of origins, such as https:\/\/app\.example\.com/;

test.each([
  ['*', /^must name origins: \* would let in every page/],
  [',', /^must contain an origin/],
  ['null', /^must not let in null or a file/],
  ['file://', /^must not let in null or a file/],
  ['https://.example.com', hosts],
  ['https://app..example.com', hosts],
  ['https://*..example.com', hosts],
  ['https://*.exa$mple.com', hosts],
  ['http://exa$mple.com:*', hosts],
  [`https://*.${'a'.repeat(64)}.com`, hosts],
  ['https://APP.example.com', asSent],
  ['HTTPS://app.example.com', asSent],
  ['https://app.example.com/', asSent],
  ['https://app.example.com:443', asSent],
  ['http://localhost:80', asSent],
  ['https://bücher.example', asSent],
  ['https://*.bücher.example', asSent],
  ['https://*.example.com:443', asSent],
  ['https://*.example.com/', asSent],
  ['https://0x7f.1', asSent],
  ['https://*', wholeLabel],
  ['https://*:3000', wholeLabel],
  ['*.example.com', wholeLabel],
  ['*://app.example.com', wholeLabel],
  ['https://a*.example.com', wholeLabel],
  ['https://a.*.example.com', wholeLabel],
  ['https://*.*.example.com', wholeLabel],
  ['http://localhost:30*', wholeLabel],
  ['http://localhost:*/', wholeLabel],
  ['chrome-extension://*', wholeLabel],
  ['https://*.com', /^has a pattern for a whole top-level domain/],
  ['https://*.com.', /^has a pattern for a whole top-level domain/],
  ['ftp://example.com', schemes],
  ['ws://example.com', schemes],
  ['capacitor://localhost:8080', schemes],
  ['capacitor://localhost:*', schemes],
  ['tauri://*.localhost', schemes],
  ['myapp://localhost', schemes],
  ['app.example.com', form],
  ['localhost:3000', form],
  ['https://app.example.com/path', form],
  ['https://user@app.example.com', form],
  ['https://*.1.2.3.4', form],
  ['https://app.example.com https://b.example.com', form],
])('%s could let no one in, or everyone: a problem at start with its remedy', (value, remedy) => {
  expect(problemOf(value)).toMatch(remedy);
  if (value !== ',') expect(problemOf(`https://ok.example.com, ${value}`)).toMatch(remedy);
});
