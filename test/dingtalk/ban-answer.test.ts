import { expect, test } from '@jest/globals';
import { banMs, type Sent } from '../../src/dingtalk/http/ban-answer.ts';
import { banJson, banLikeIds, captchaPage, denyPage, jsonPage } from '../support/ban-pages.ts';

const fiveMinutesMs = 300_000;

const harmless: Sent = { path: '/v1.0/storage/spaces/1', query: { unionId: 'chyxxxxx' }, token: 'token' };
const asked = (id: string): Sent => ({ ...harmless, path: `/v1.0/storage/spaces/${encodeURIComponent(id)}` });
const answer = (status: number, body: string) => ({
  status,
  body,
  requestId: undefined,
  retryAfter: undefined,
});

test.each<[string, body: string | object, status: number, ms: number | undefined]>([
  ['the documented JSON', banJson, 403, 5000],
  ['with 200', banJson, 200, 5000],
  ['without its source', { ...banJson, source: undefined }, 403, 5000],
  ['without its status', { ...banJson, status: undefined }, 403, 5000],
  ['without a wait', { ...banJson, wait: undefined }, 403, fiveMinutesMs],
  ['a wait that is not a number', { ...banJson, wait: 'long' }, 403, fiveMinutesMs],
  ['a negative wait', { ...banJson, wait: -1 }, 403, 0],
  ['a wait of a day', { ...banJson, wait: 86_400 }, 403, 600_000],
  ['punish alone', { punish: 'deny' }, 403, undefined],
  ['punish that is not a text', { ...banJson, punish: true }, 403, undefined],
  ['an error of DingTalk’s', { ...banJson, code: 'permissionDenied' }, 403, undefined],
  ['an error in capitalized form', { ...banJson, Code: 'permissionDenied' }, 403, undefined],
  ['nested in another object', { data: banJson }, 403, undefined],
  ['a captcha page', captchaPage, 200, fiveMinutesMs],
  ['a deny page', denyPage, 403, fiveMinutesMs],
  ['a deny page with a 404', denyPage, 404, fiveMinutesMs],
  [
    'a page with the path of the firewall',
    '<script src="/_____tmd_____/punish"></script>',
    200,
    fiveMinutesMs,
  ],
  ['a page around the JSON', jsonPage, 200, 5000],
  ['a captcha page with a 502', captchaPage, 502, undefined],
  ['a deny page with a 500', denyPage, 500, undefined],
  ['a page around the JSON with a 503', jsonPage, 503, undefined],
  ['a page with one mark', '<html><script src="/punish.js"></script></html>', 403, undefined],
  ['a page with the other mark', '<html>x5secdata=1</html>', 403, undefined],
  ['a page with the word', '<html>punish x5secdata</html>', 403, undefined],
  ['both marks without a page', '/punish?x5secdata=1', 403, undefined],
])('%s', (_name, body, status, expected) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);

  expect(banMs(answer(status, text), harmless)).toBe(expected);
});

test.each<[string, Sent]>([
  ...banLikeIds.map((id): [string, Sent] => [id, asked(id)]),
  ['percent-encoded twice', asked(encodeURIComponent('/%70unish?'))],
  ['percent-encoded three times', asked(encodeURIComponent(encodeURIComponent('%2Fpunis%68%3F')))],
  ['HTML-escaped', asked('&#112;un&#x69;sh')],
  ['escaped as in JSON', asked(String.raw`\u0070unish`)],
  ['in capitals', asked('PUNISH')],
  ['in full-width letters', asked('ｐｕｎｉｓｈ')],
  ['with an invisible character', asked('pun\u200Bish')],
  ['with tags', asked('pu<>nish')],
  ['in the query', { ...harmless, query: { unionId: 'punish' } }],
  ['in the body', { ...harmless, body: { openConversationId: 'punish' } }],
  ['in the token', { ...harmless, token: 'punish' }],
])('a page is not a ban where the request itself holds the marks: %s', (_name, sent) => {
  for (const body of [captchaPage, denyPage, jsonPage]) {
    expect(banMs(answer(403, body), sent)).toBeUndefined();
  }
  // A text of the request never becomes a property of JSON.
  expect(banMs(answer(403, JSON.stringify(banJson)), sent)).toBeGreaterThan(0);
});
