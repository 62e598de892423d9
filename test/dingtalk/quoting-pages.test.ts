import { expect, test } from '@jest/globals';
import { factsOfSpaces, space } from '../federation/representations.ts';
import { banJson, banLikeIds, captchaPage, denyPage } from '../support/ban-pages.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import type { Answer } from '../support/start-gateway.ts';

const start = (): Promise<CachedGateway> =>
  startCachedGateway({ CACHE_TTL_MS: '0', CACHE_STALE_MS: '0', CACHE_NEGATIVE_TTL_MS: '0', ...manyViewers });
const askForSpace = (gateway: CachedGateway, spaceId: string): Promise<Answer> =>
  gateway.query(
    factsOfSpaces,
    { representations: [space(spaceId)] },
    { 'x-router-secret': 'secret', 'x-dingtalk-union-id': 'chyxxxxx' },
  );
const pageWith = (text: string): string => `<html><body><h1>Cannot serve</h1><p>${text}</p></body></html>`;
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const urlOf = (id: string): string => `https://api.dingtalk.com/v1.0/storage/spaces/${id}?unionId=chyxxxxx`;
const quotes: [name: string, quote: (id: string) => string][] = [
  ['raw', (id) => urlOf(id)],
  ['percent-encoded', (id) => urlOf(encodeURIComponent(id))],
  ['HTML-escaped', (id) => escaped(urlOf(id))],
  ['as a link', (id) => `<a href="${urlOf(id)}">again</a>`],
];

test.each(banLikeIds.flatMap((id) => quotes.map(([name, quote]) => [id, name, quote] as const)))(
  'a page that quotes the request for %s, %s, is not a ban: the others are served',
  async (id, _name, quote) => {
    await using gateway = await start();
    for (const status of [200, 403, 404, 502]) {
      const headers = { 'content-type': 'text/html' };
      gateway.upstream.addFault('storageSpace', {
        kind: 'answer',
        status,
        headers,
        body: pageWith(quote(id)),
      });
      const quoting = await askForSpace(gateway, id);
      gateway.upstream.clearFaults();
      const other = await gateway.lookUp('cid.demo.any', 'linxxxxx');

      expect(codeOf(quoting)).toBe(status === 502 ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_MALFORMED_RESPONSE');
      expect(codeOf(other)).toBeUndefined();
    }
  },
);

test('a page that quotes the body is not a ban', async () => {
  await using gateway = await start();
  for (const id of banLikeIds) {
    const body = JSON.stringify({ openConversationId: id });
    for (const quoted of [body, escaped(body)]) {
      gateway.upstream.addFault(
        'conversationSpace',
        { kind: 'answer', status: 403, body: pageWith(quoted) },
        1,
      );
      expect(codeOf(await gateway.lookUp(id, 'chyxxxxx'))).toBe('UPSTREAM_MALFORMED_RESPONSE');
      expect(codeOf(await gateway.lookUp('cid.demo.any', 'linxxxxx'))).toBeUndefined();
    }
  }
});

test.each<[string, status: number, body: string, ms: number]>([
  ['JSON', 403, JSON.stringify(banJson), 5000],
  ['a captcha page', 200, captchaPage, 300_000],
  ['a deny page', 403, denyPage, 300_000],
  ['JSON with a wait of a day', 403, JSON.stringify({ ...banJson, wait: 86_400 }), 600_000],
])('a ban stops the calls until retryAfterMs is over: %s', async (_name, status, body, ms) => {
  await using gateway = await start();
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status, body }, 1);

  const banned = await gateway.lookUp('cid.demo.any', 'chyxxxxx');
  const meanwhile = await gateway.lookUp('cid.demo.any', 'linxxxxx');
  gateway.clock.advance(ms);
  const after = await gateway.lookUp('cid.demo.any', 'linxxxxx');

  const extensions = { code: 'RATE_LIMITED', retryable: true, retryAfterMs: ms };
  expect(banned.body.errors?.[0]?.extensions).toEqual({ ...extensions, dingtalk: { status } });
  expect(meanwhile.body.errors?.[0]?.extensions).toEqual(extensions);
  expect(codeOf(after)).toBeUndefined();
  expect(gateway.asked()).toHaveLength(2);
});

test('the stand-in’s own ban stops the calls', async () => {
  await using gateway = await start();

  expect(codeOf(await gateway.lookUp('cid.ipBan', 'chyxxxxx'))).toBe('RATE_LIMITED');
  expect(codeOf(await gateway.lookUp('cid.demo.any', 'linxxxxx'))).toBe('RATE_LIMITED');
  expect(gateway.asked()).toEqual(['cid.ipBan']);
});
