import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadRuru } from '../../src/explorer/load-ruru.ts';
import { startServer } from './start-server.ts';
import type { StartedServer } from './start-server.ts';

let server: StartedServer;
let assets: string;

beforeAll(async () => {
  server = await startServer();
  assets = `/explorer/${(await loadRuru()).version}/`;
});

afterAll(() => server.close());

const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ url, headers });

test.each([
  ['/', '*/*'],
  ['/graphql', 'text/html'],
])('%s answers with the page, with its own policy instead of the global one', async (url, accept) => {
  const { statusCode, headers, body } = await get(url, { accept });

  const nonce = /<script nonce="([^"]+)">/.exec(body)?.[1];
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; connect-src 'self'; ` +
      "font-src 'self' data:; img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; " +
      "frame-ancestors 'none'",
  });
});

test('every script of the page carries the nonce', async () => {
  const { body } = await get('/');

  const tags = body.match(/<script\b[^>]*>/g) ?? [];
  expect(tags.length).toBeGreaterThan(0);
  expect(tags.filter((tag) => !/ nonce="[^"]{20,}"/.test(tag))).toEqual([]);
});

test('no two pages share a nonce', async () => {
  const [first, second] = await Promise.all([get('/'), get('/')]);

  expect(first.headers['content-security-policy']).not.toBe(second.headers['content-security-policy']);
});

test('the page loads nothing from other hosts', async () => {
  const { body } = await get('/');

  expect(body.match(/(?:src|href|from)\s*=?\s*"(?!data:|\.\/explorer\/)[^"]*"/g)).toBeNull();
});

test.each([
  ['ruru.js', 'text/javascript; charset=utf-8'],
  ['graphqlWorker.js', 'text/javascript; charset=utf-8'],
  ['ruru.css', 'text/css; charset=utf-8'],
])('%s is served as immutable, with the type %s', async (file, contentType) => {
  const { statusCode, headers } = await get(assets + file, { 'accept-encoding': 'gzip, br' });

  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': contentType,
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  });
});

test('an asset is decompressed for a client without support for compression', async () => {
  const { headers, body } = await get(`${assets}ruru.css`);

  expect(headers['content-encoding']).toBeUndefined();
  expect(body).toContain('.graphiql-container');
});

test.each([
  'ruru.js.map',
  'nothing.js',
  '',
  '__proto__',
  '../package.json',
  '../../package.json',
  '%2e%2e/%2e%2e/package.json',
  '..%2f..%2fpackage.json',
  '..\\..\\package.json',
  '/etc/passwd',
])('%j below the assets is not found', async (path) => {
  expect((await get(assets + path)).statusCode).toBe(404);
});

test('an asset of another version is not found', async () => {
  expect((await get('/explorer/0.0.0/ruru.js')).statusCode).toBe(404);
});
