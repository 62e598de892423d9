import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({
    environment: { CORS_ORIGINS: 'https://app.example.com, https://*.previews.example.com' },
  });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const query = encodeURIComponent('{ conversationSpace(openConversationId: "cid.demo.a") { corpId } }');
type Headers = readonly (readonly [string, string])[];

async function get(headers: Headers): Promise<{ status: number | undefined; body: unknown; calls: number }> {
  const answer = await sendRaw(gateway.url, rawRequest(`GET /graphql?query=${query} HTTP/1.1`, headers));
  const calls = gateway.upstream.callsTo('conversationSpace').length;
  return { status: answer?.status, body: JSON.parse(answer?.body ?? 'null'), calls };
}

const found = { status: 200, body: { data: { conversationSpace: { corpId: 'ding1234xxxxx' } } }, calls: 1 };
const refused = {
  status: 400,
  calls: 0,
  body: {
    errors: [
      {
        message:
          'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF). Any page can send this GET: send the header graphql-require-preflight: 1 with it, or your credentials (Authorization: Bearer, x-api-key), or ask by POST.',
        extensions: { code: 'BAD_REQUEST', retryable: false },
      },
    ],
  },
};

const site = (value: string) => ['sec-fetch-site', value] as const;
const mode = (value: string) => ['sec-fetch-mode', value] as const;
const origin = (value: string) => ['origin', value] as const;

test.each<[string, Headers]>([
  ['a bearer token', [['authorization', 'Bearer x.y.z']]],
  ['an API key', [['x-api-key', 'any']]],
  ['graphql-require-preflight', [['graphql-require-preflight', '1']]],
  ['apollo-require-preflight', [['apollo-require-preflight', 'true']]],
  ['x-apollo-operation-name', [['x-apollo-operation-name', 'Space']]],
  ['a content type of JSON', [['content-type', 'application/json']]],
  ['the same with a character set', [['content-type', 'application/json; charset=utf-8']]],
  ['a token by fetch from another site', [site('cross-site'), mode('cors'), ['authorization', 'Bearer x']]],
  ['a page of the same origin', [site('same-origin'), mode('cors')]],
  ['an address that a person has typed', [site('none'), mode('navigate')]],
  ['a page that CORS_ORIGINS names', [origin('https://app.example.com')]],
  ['the same from another site', [origin('https://app.example.com'), site('cross-site'), mode('cors')]],
  ['a page that a pattern names', [origin('https://pr-7.previews.example.com'), site('cross-site')]],
])('a GET with %s is answered', async (_what, headers) => {
  expect(await get(headers)).toEqual(found);
});

test.each<[string, Headers]>([
  ['no header', []],
  ['an accepted type only', [['accept', 'application/graphql-response+json']]],
  ['an empty header', [['graphql-require-preflight', '']]],
  ['an empty key', [['x-api-key', '']]],
  ['credentials that browsers add by themselves', [['authorization', 'Basic dXNlcjpwYXNz']]],
  ['a bearer without a token', [['authorization', 'Bearer ']]],
  ['a cookie', [['cookie', 'session=1']]],
  ['a content type of forms', [['content-type', 'application/x-www-form-urlencoded']]],
  ['plain text', [['content-type', 'text/plain; application/json']]],
  ['a content type that has no meaning for a GET', [['content-type', 'application/graphql-response+json']]],
  ['a content type that only begins like JSON', [['content-type', 'application/jsonp']]],
  ['a script of another site', [site('cross-site'), mode('no-cors')]],
  ['a link of another site', [site('cross-site'), mode('navigate')]],
  ['a page of a sibling', [site('same-site'), mode('cors')]],
  [
    'a link whose credentials a proxy adds',
    [site('cross-site'), mode('navigate'), ['x-api-key', 'of-the-proxy']],
  ],
  ['a picture whose credentials a proxy adds', [mode('no-cors'), ['authorization', 'Bearer of-the-proxy']]],
  [
    'a WebSocket of another site, whose credentials a proxy adds',
    [site('cross-site'), mode('websocket'), ['authorization', 'Bearer of-the-proxy']],
  ],
  ['a page that CORS_ORIGINS does not name', [origin('https://evil.example')]],
  ['a page without an origin', [origin('null')]],
  ['a page that looks like one of a pattern', [origin('https://previews.example.com.evil.example')]],
  ['a word that is no site', [site('SAME-ORIGIN')]],
  ['two sites', [site('same-origin, cross-site')]],
])('a GET with %s is refused, and the refusal names the header to send', async (_what, headers) => {
  expect(await get(headers)).toEqual(refused);
});

test('a page whose GET is refused is named in the log, once', async () => {
  await using other = await startGateway();
  const ask = (page: string) =>
    sendRaw(other.url, rawRequest(`GET /graphql?query=${query} HTTP/1.1`, [origin(page)]));

  await ask('https://first.example');
  await ask('https://first.example');
  await ask('https://second.example');
  await sendRaw(other.url, rawRequest(`GET /graphql?query=${query} HTTP/1.1`, []));

  const lines = other.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(
    lines
      .filter(({ msg }) => msg === 'refused')
      .map((line) => [line['status'], line['reason'], line['origin']]),
  ).toEqual([
    [400, 'CORS_ORIGINS does not name the origin', 'https://first.example'],
    [400, 'CORS_ORIGINS does not name the origin', 'https://second.example'],
    [400, 'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF)', undefined],
  ]);
});
