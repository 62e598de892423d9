import { expect, test } from '@jest/globals';
import { startCachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { audience, createSigningKey, expiring, issuer, startKeyServer } from '../support/issuer.ts';
import { logLines, requestLines, type LogLine } from '../support/log-lines.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { rawQuery } from '../support/raw-query.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const json = { 'content-type': 'application/json' };
const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';

const post = (url: string, body: string, headers: Record<string, string> = json) =>
  fetch(`${url}/graphql`, { method: 'POST', headers, body });

/** The last line at info or above, once there is one after `send`. */
async function lineAfter(
  gateway: GatewayUnderTest,
  send: () => Promise<unknown>,
): Promise<LogLine | undefined> {
  const from = gateway.log.length;
  const lines = (): LogLine[] => logLines(gateway.log, from).filter(({ level }) => level !== 'debug');
  await send();
  await eventually(() => lines().length > 0);
  return lines().at(-1);
}

test.each<[string, (url: string) => Promise<unknown>, object]>([
  [
    'no JSON',
    (url) => post(url, '{'),
    {
      status: 400,
      codes: { BAD_REQUEST: 1 },
      reason: 'The body is not valid JSON, or contains a forbidden name (__proto__, constructor.prototype).',
    },
  ],
  [
    'a form',
    (url) => post(url, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    { status: 415, reason: 'The content type is not supported: send application/json.' },
  ],
  [
    'a long body',
    (url) => post(url, JSON.stringify({ query: ' '.repeat(300_000) })),
    { status: 413, reason: 'The body is too long: send less at once.' },
  ],
  [
    'a document that is not GraphQL',
    (url) => post(url, '{"query":"{"}', { ...json, accept: 'application/json' }),
    {
      status: 400,
      codes: { GRAPHQL_PARSE_FAILED: 1 },
      reason: 'GRAPHQL_PARSE_FAILED',
      document: expect.any(String),
    },
  ],
  [
    'two unknown fields',
    (url) => post(url, '{"query":"{ secret1 secret2 }"}'),
    { codes: { GRAPHQL_VALIDATION_FAILED: 2 }, reason: 'GRAPHQL_VALIDATION_FAILED' },
  ],
  [
    'no query',
    (url) => post(url, '{}'),
    { status: 422, codes: { BAD_REQUEST: 1 }, reason: expect.stringContaining('The query is missing') },
  ],
  [
    'a GET that any page can send',
    (url) => fetch(`${url}/graphql?query={__typename}`),
    {
      status: 400,
      reason: 'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF)',
    },
  ],
  ['an unknown path', (url) => fetch(`${url}/secret`), { status: 404, codes: { NOT_FOUND: 1 } }],
  [
    'another method',
    (url) => fetch(`${url}/graphql`, { method: 'PUT' }),
    { status: 405, codes: { METHOD_NOT_ALLOWED: 1 } },
  ],
  ['a path that is none', (url) => sendRaw(url, rawRequest('GET /%secret HTTP/1.1', [])), { status: 400 }],
  [
    'no Host',
    (url) => sendRaw(url, 'GET /graphql HTTP/1.1\r\n\r\n'),
    { status: 400, reason: 'The header Host must name a host.' },
  ],
  [
    'an Expect',
    (url) => sendRaw(url, rawRequest('POST /graphql HTTP/1.1', [['expect', 'secret']])),
    { status: 417, reason: 'The header Expect is not supported: remove it.' },
  ],
])('%s: refused, with the reason', async (_what, send, expected) => {
  await using gateway = await startGateway();

  const line = await lineAfter(gateway, () => send(gateway.url));

  expect(line).toMatchObject({ level: 'info', msg: 'refused', ...expected });
  expect(JSON.stringify(line)).not.toContain('secret');
});

test('a name that is not served is refused, also for a health check', async () => {
  await using gateway = await startGateway({ environment: { HOST: '127.0.0.1' } });
  const check = () => sendRaw(gateway.url, rawRequest('GET /healthz HTTP/1.1', [['host', 'evil.example']]));

  expect(await lineAfter(gateway, check)).toMatchObject({ msg: 'refused', status: 421, route: '/healthz' });
});

test('requests beyond VIEWER_RPS are refused, and named by viewer', async () => {
  await using gateway = await startGateway({ environment: { VIEWER_RPS: '1' }, clock: createManualClock() });
  await gateway.query('{ __typename }');

  const line = await lineAfter(gateway, () => gateway.query('{ __typename }'));

  expect(line).toMatchObject({
    msg: 'refused',
    status: 429,
    viewer: expect.any(String),
    codes: { RATE_LIMITED: 1 },
    reason: 'Too many requests: wait retryAfterMs and try again.',
  });
});

test('requests beyond MAX_CONCURRENT_REQUESTS are refused, not failed', async () => {
  await using gateway = await startGateway({ environment: { MAX_CONCURRENT_REQUESTS: '1' } });
  gateway.upstream.setLatency(300, 'conversationSpace');
  const first = gateway.query(lookup, { id: 'cid.demo.a' });
  await gateway.upstream.waitForCalls('conversationSpace', 1);

  const line = await lineAfter(gateway, () => gateway.query('{ __typename }'));

  expect(line).toMatchObject({
    level: 'info',
    msg: 'refused',
    status: 503,
    codes: { GATEWAY_OVERLOADED: 1 },
    reason: 'the gateway is overloaded',
  });
  await first;
});

test('an answer that is too long is refused', async () => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_BYTES: '1024' } });
  const ids = Array.from({ length: 40 }, () => 'cid.demo.a');

  const line = await lineAfter(gateway, () =>
    gateway.query(
      'query ($ids: [ID!]!) { conversations(openConversationIds: $ids) { openConversationId } }',
      { ids },
    ),
  );

  expect(line).toMatchObject({
    msg: 'refused',
    status: 422,
    codes: { QUERY_TOO_COMPLEX: 1 },
    reason: 'the answer is longer than 1024 bytes',
  });
});

test('the reason of a refused JWT is its claim or a code, and nothing of the token', async () => {
  const key = await createSigningKey('main');
  await using keyServer = await startKeyServer(key);
  await using gateway = await startGateway({
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWKS_URL: keyServer.url,
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
    },
  });
  const lineFor = (token: string) =>
    lineAfter(gateway, () => rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]));

  const lines = [
    await lineFor(await key.sign(expiring(-40))),
    await lineFor(await key.sign({ aud: 'secret-audience' })),
    await lineFor(await key.sign({ unionId: null })),
    await lineFor('secret.secret.secret'),
    await lineAfter(gateway, () => rawQuery(gateway.url, [])),
  ];

  expect(lines.map((line) => [line?.['msg'], line?.['status'], line?.['codes'], line?.['reason']])).toEqual(
    [
      'ERR_JWT_EXPIRED exp',
      'ERR_JWT_CLAIM_VALIDATION_FAILED aud',
      'the claim unionId is not a unionId',
      'not a JWT',
      'Send one token, in the header Authorization: Bearer <token>.',
    ].map((reason) => ['refused', 401, { UNAUTHENTICATED: 1 }, reason]),
  );
  expect(gateway.log.join('')).not.toMatch(/secret|eyJ/);
});

test('credentials that cannot be checked are a failure of the gateway', async () => {
  await using gateway = await startGateway({
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWKS_URL: 'http://127.0.0.1:1/',
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
    },
  });
  const token = await (await createSigningKey('main')).sign({});

  const line = await lineAfter(gateway, () => rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]));

  expect(line).toMatchObject({
    level: 'warn',
    msg: 'failed',
    status: 503,
    codes: { UPSTREAM_UNAVAILABLE: 1 },
  });
});

test('requests whose credentials cannot be checked are ten lines a second', async () => {
  await using gateway = await startCachedGateway({
    VIEWER_AUTH: 'jwt',
    VIEWER_JWKS_URL: 'http://127.0.0.1:1/',
    VIEWER_JWT_ISSUER: issuer,
    VIEWER_JWT_AUDIENCE: audience,
  });
  const token = await (await createSigningKey('main')).sign({});
  for (let count = 0; count < 15; count += 1)
    await rawQuery(gateway.url, [['authorization', `Bearer ${token}`]]);
  gateway.clock.advance(1000);

  const messages = logLines(gateway.log).map(({ msg }) => msg as string);
  const count = (text: string): number => messages.filter((msg) => msg === text).length;
  expect([count('credentials could not be checked'), count('failed')]).toEqual([10, 10]);
  expect(count('more lines for this reason are left out')).toBe(2);
});

test('a page that CORS_ORIGINS does not name is named once', async () => {
  await using gateway = await startGateway({ environment: { CORS_ORIGINS: 'https://app.example' } });
  const preflight = (origin: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  await preflight('https://evil.example');
  await preflight('https://evil.example');
  await preflight('null');
  await preflight(`https://${'e'.repeat(400)}.example`);
  await preflight('https://path.example/secret');
  await preflight('capacitor://app.example');
  await preflight('https://app.example');
  await eventually(() => requestLines(gateway.log).some(({ msg }) => msg === 'answered'));

  expect(requestLines(gateway.log).map(({ msg, reason, origin }) => [msg, reason, origin])).toEqual([
    ...['https://evil.example', 'null', 'not an origin', 'capacitor://app.example'].map((origin) => [
      'refused',
      'CORS_ORIGINS does not name the origin',
      origin,
    ]),
    ['answered', undefined, undefined],
  ]);
});

test('a page that a flood of others has kept out of the log is named at its next request', async () => {
  await using gateway = await startCachedGateway({});
  const preflight = (origin: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  const named = () => logLines(gateway.log).flatMap(({ origin }) => (origin === undefined ? [] : [origin]));

  for (let count = 0; count < 10; count += 1) await preflight(`https://evil-${count}.example`);
  await preflight('https://app.example');
  await eventually(() => named().length === 10);
  expect(named()).not.toContain('https://app.example');

  gateway.clock.advance(1000);
  await preflight('https://app.example');
  await preflight('https://app.example');
  await preflight('null');
  await eventually(() => named().includes('null'));
  expect(named().slice(10)).toEqual(['https://app.example', 'null']);
});

test('a flood of refused requests is ten lines a second for each reason, and one with their number', async () => {
  await using gateway = await startCachedGateway({ GATEWAY_API_KEYS: 'web=a-key-of-the-web-client' });
  const flood = async (): Promise<void> => {
    for (let count = 0; count < 25; count += 1)
      await rawQuery(gateway.url, [['x-api-key', `guess-${count}`]]);
  };
  const about = (text: string) =>
    logLines(gateway.log).filter(({ level, msg }) => level !== 'debug' && msg === text);

  await flood();
  await fetch(`${gateway.url}/nowhere`);
  await eventually(() => about('refused').some(({ status }) => status === 404));
  expect(about('refused').filter(({ status }) => status === 401)).toHaveLength(10);
  expect(about('more lines for this reason are left out')).toEqual([]);
  gateway.clock.advance(1000);
  const reason = 'Send a valid API key in the header x-api-key.';
  expect(about('more lines for this reason are left out')).toEqual([
    expect.objectContaining({ level: 'info', reason, omitted: 15 }),
  ]);

  await flood();
  await eventually(() => about('refused').filter(({ status }) => status === 401).length === 20);
});

test('connections that are not HTTP are logged by their code, ten a second', async () => {
  await using gateway = await startCachedGateway();
  for (let count = 0; count < 15; count += 1) await sendRaw(gateway.url, 'secret NONSENSE\r\n\r\n');
  await sendRaw(gateway.url, rawRequest('GET / HTTP/1.1', [['cookie', 'secret'.repeat(10_000)]]));
  gateway.clock.advance(1000);

  const lines = logLines(gateway.log).filter(({ level }) => level !== 'debug');
  expect(
    lines
      .filter(({ msg }) => msg === 'connection refused')
      .map(({ level, status, reason }) => [level, status, reason]),
  ).toEqual([
    ...Array.from({ length: 10 }, () => ['info', 400, 'HPE_INVALID_METHOD']),
    ['info', 431, 'HPE_HEADER_OVERFLOW'],
  ]);
  expect(lines.at(-1)).toMatchObject({ reason: 'HPE_INVALID_METHOD', omitted: 5 });
  expect(gateway.log.join('')).not.toContain('secret');
});

test('a connection that is ended for its pipelining has a line', async () => {
  await using gateway = await startGateway();
  const many = Array.from({ length: 1200 }, () => rawRequest('GET /healthz HTTP/1.1', []));

  const line = await lineAfter(gateway, () => sendRaw(gateway.url, Buffer.concat(many)));

  expect(line).toMatchObject({ msg: 'connection refused', reason: 'too many requests before their answers' });
});

test('an outage is not a line for each entry that cannot be revalidated', async () => {
  await using gateway = await startCachedGateway();
  const ids = Array.from({ length: 30 }, (_, index) => `cid.demo.${index}`);
  const spaces = 'query ($ids: [ID!]!) { conversations(openConversationIds: $ids) { space { spaceId } } }';
  await gateway.query(spaces, { ids });
  gateway.upstream.addFault('conversationSpace', {
    kind: 'error',
    code: 'Forbidden.AccessDenied.ApiCountLimitForOrg',
  });
  gateway.clock.advance(60_000);

  const from = gateway.log.length;
  const failures = () => logLines(gateway.log, from).filter(({ msg }) => msg === 'lookup failed');
  await gateway.query(spaces, { ids });
  await eventually(() => failures().length === 10);
  await gateway.close();

  expect(failures().length).toBe(10);
});
