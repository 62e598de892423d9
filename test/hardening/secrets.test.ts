import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/async/clock.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { documentedErrors } from '../../src/sandbox/documented-errors.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { audience, createSigningKey, expiring, issuer } from '../support/issuer.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const { appSecret, suiteSecret, suiteTicket } = sandboxCredentials;
const unionId = 'union/Id+of="Lin"==';
const userToken = 'sandbox-user-token-lin';
const routerSecret = 'secret/of+the:router';
const apiKey = 'api-key-of-a-client';
const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId createTime } }';

/** Records all output of one gateway. */
function recordOf(gateway: GatewayUnderTest) {
  const output: string[] = [];
  const keep = async (answer: Promise<Response>): Promise<void> => {
    const response = await answer;
    output.push(JSON.stringify([...response.headers]), await response.text());
  };
  return {
    post: (body: string, headers: Record<string, string>) =>
      keep(
        fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ),
    ask: (id: string, headers: Record<string, string>) =>
      keep(
        fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          body: JSON.stringify({ query: lookup, variables: { id } }),
          headers: { 'content-type': 'application/json', ...headers },
        }),
      ),
    get: (path: string, headers: Record<string, string> = {}) =>
      keep(fetch(`${gateway.url}${path}`, { headers })),
    async raw(bytes: string | Buffer) {
      const answer = await sendRaw(gateway.url, bytes);
      if (answer) output.push(JSON.stringify([...answer.headers]), answer.body);
    },
    all: () => [...output, ...gateway.log],
  };
}

/** The secret as text, in its encodings on the wire, and in other encodings. */
const forms = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('hex'),
  JSON.stringify([...Buffer.from(secret)]).slice(1, -1),
];

function expectNone(lines: readonly string[], secrets: readonly string[]): void {
  const found = secrets.flatMap(forms).flatMap((form) => lines.filter((line) => line.includes(form)));
  expect(found).toEqual([]);
}

const tokensOf = ({ upstream }: GatewayUnderTest): string[] => [
  ...new Set(
    upstream.calls
      .map(({ headers }) => headers['x-acs-dingtalk-access-token'])
      .filter((token) => typeof token === 'string'),
  ),
];

/** Answers of DingTalk with `secret` in every place that the gateway reads. */
const quoting = (secret: string): readonly Fault[] => [
  ...[200, 400, 401, 403, 404, 429, 500, 503].map((status): Fault => ({
    kind: 'answer',
    status,
    headers: { 'x-acs-request-id': encodeURIComponent(secret) },
    body: JSON.stringify({
      code: `code of ${secret}`,
      message: `refused ?unionId=${encodeURIComponent(secret)} and ${secret}`,
      requestid: secret,
      accessdenieddetail: { requiredScopes: [secret] },
    }),
  })),
  { kind: 'answer', status: 200, body: JSON.stringify({ errcode: 1, errmsg: secret }) },
  { kind: 'answer', status: 500, headers: { 'content-type': 'text/html' }, body: `<html>${secret}</html>` },
  { kind: 'redirect', location: `http://127.0.0.1:1/${encodeURIComponent(secret)}` },
];

test('neither an error of DingTalk nor a failure to reach it exposes a secret', async () => {
  const environment = {
    // Sandbox mode, so that no failure blocks the next call. A wait of a second is beyond the deadline.
    DINGTALK_MODE: 'sandbox',
    UPSTREAM_TIMEOUT_MS: '1000',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: routerSecret,
  };
  const clock = createManualClock();
  await using gateway = await startGateway({ environment, clock });
  const record = recordOf(gateway);
  const credentials = { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': unionId };
  await record.ask('cid.demo.first', credentials);
  const [token = ''] = tokensOf(gateway);
  expect(token).not.toBe('');

  for (const { code } of documentedErrors) {
    const message = `${code}: ${token} ${unionId} ${encodeURIComponent(unionId)}`;
    gateway.upstream.addFault('conversationSpace', { kind: 'error', code, message }, 2);
    await record.ask('cid.demo.a', credentials);
    gateway.upstream.clearFaults();
  }
  for (const fault of [...quoting(unionId), ...quoting(token)]) {
    gateway.upstream.addFault('conversationSpace', fault, 1);
    await record.ask('cid.demo.a', credentials);
  }
  const broken: readonly Fault[] = [
    { kind: 'reset' },
    { kind: 'reset-mid-body' },
    { kind: 'truncated' },
    { kind: 'empty' },
    { kind: 'huge', bytes: 100_000 },
    { kind: 'gzip-bomb', bytes: 100_000 },
    { kind: 'html', status: 502 },
    { kind: 'ip-ban' },
  ];
  for (const fault of broken) {
    gateway.upstream.addFault('conversationSpace', fault, 1);
    await record.ask('cid.demo.a', credentials);
  }
  for (const id of ['cid.badTime', 'cid.wrongTypes', 'cid.noSpace']) await record.ask(id, credentials);
  gateway.upstream.clearCalls();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const late = record.ask('cid.demo.late', credentials);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  clock.advance(5000);
  await late;

  const { host } = new URL(gateway.upstream.url);
  expect(record.all().length).toBeGreaterThan(200);
  expectNone(record.all(), [unionId, routerSecret, appSecret, token, ...tokensOf(gateway), host]);
});

test('no failure to get a token exposes a secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  await writeFile(join(folder, 'ticket'), suiteTicket);
  const suite = {
    DINGTALK_APP_KEY: '',
    DINGTALK_APP_SECRET: '',
    DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
    DINGTALK_SUITE_SECRET: suiteSecret,
    DINGTALK_SUITE_TICKET_FILE: join(folder, 'ticket'),
    DINGTALK_CORP_ID: sandboxCredentials.corpId,
  };
  const modes = [
    ['accessToken', {}],
    ['corpToken', { DINGTALK_CORP_ID: sandboxCredentials.corpId }],
    ['corpAccessToken', suite],
  ] as const;

  for (const [api, environment] of modes) {
    let aheadMs = 0;
    await using gateway = await startGateway({
      environment: { ...environment, GATEWAY_API_KEYS: apiKey, UPSTREAM_TIMEOUT_MS: '1000' },
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
    });
    const record = recordOf(gateway);
    for (const secret of [appSecret, suiteSecret, suiteTicket]) {
      for (const fault of quoting(secret)) {
        gateway.upstream.addFault(api, fault);
        // By then no protection blocks a call any more.
        aheadMs += 60_000;
        await record.ask('cid.demo.a', { 'x-api-key': apiKey });
        aheadMs += 60_000;
        await record.get('/readyz');
        gateway.upstream.clearFaults();
      }
    }
    expect(gateway.upstream.callsTo(api).length).toBeGreaterThan(10);
    const asked = gateway.upstream.callsTo(api).flatMap(({ body }) => Object.values(body as object));
    const secrets = [appSecret, suiteSecret, suiteTicket].filter((secret) => asked.includes(secret));
    expect(secrets).not.toEqual([]);
    expectNone(record.all(), [...secrets, apiKey, ...tokensOf(gateway)]);
  }
  await rm(folder, { recursive: true });
});

test('no failure to authenticate exposes credentials', async () => {
  const key = await createSigningKey('main');
  const good = await key.sign({ unionId: 'linxxxxx-of-the-token' });
  const expired = await key.sign({ unionId: 'linxxxxx-of-the-token', ...expiring(-100) });
  const jwt = {
    VIEWER_AUTH: 'jwt',
    VIEWER_JWT_PUBLIC_KEY: key.spki,
    VIEWER_JWT_ISSUER: issuer,
    VIEWER_JWT_AUDIENCE: audience,
  };
  await using byJwt = await startGateway({ environment: jwt });
  const jwtRecord = recordOf(byJwt);
  for (const token of [good, expired, `${good}x`, `${good}, ${good}`]) {
    await jwtRecord.ask('cid.permissionDenied', { authorization: `Bearer ${token}` });
    await jwtRecord.ask('cid.permissionDenied', { authorization: token, cookie: `token=${token}` });
  }
  expectNone(jwtRecord.all(), [
    good,
    expired,
    'linxxxxx-of-the-token',
    ...good.split('.'),
    ...expired.split('.'),
  ]);

  await using byUser = await startGateway({
    environment: { DINGTALK_MODE: 'sandbox', VIEWER_AUTH: 'dingtalk' },
  });
  const record = recordOf(byUser);
  for (const fault of quoting(userToken)) {
    byUser.upstream.addFault('usersMe', fault, 1);
    await record.ask('cid.demo.a', { authorization: `Bearer ${userToken}` });
  }
  await record.ask('cid.permissionDenied', { authorization: `Bearer ${userToken}` });
  expectNone(record.all(), [userToken, 'linxxxxx', ...tokensOf(byUser)]);
});

test('no refusal exposes the contents of its request', async () => {
  const secret = 'hunter2-in-the-wrong-place';
  await using gateway = await startGateway({ environment: { GATEWAY_API_KEYS: apiKey } });
  const record = recordOf(gateway);
  const credentials = { 'x-api-key': apiKey };
  const queries = [
    `{ conversationSpace(openConversationId: ["${secret}"]) { spaceId } }`,
    `{ conversationSpace(openConversationId: {a: "${secret}"}) { spaceId } }`,
    `{ __typename @include(if: "${secret}") }`,
    `{ "${secret}" }`,
    `{ """${secret}""" }`,
    `{ __typename(a: "${secret}" }`,
    `{ _entities(representations: ["${secret}"]) { __typename } }`,
    `{ _entities(representations: [{__typename: "${secret}"}]) { __typename } }`,
    `query ($id: ID! = {a: "${secret}"}) { conversationSpace(openConversationId: $id) { spaceId } }`,
  ];
  for (const query of queries) await record.post(JSON.stringify({ query }), credentials);
  for (const id of [[secret], { a: secret }, `${secret}\n`, `${secret}\u0000`]) {
    await record.post(JSON.stringify({ query: lookup, variables: { id } }), credentials);
  }
  await record.post(`{"query": "${secret}`, credentials);
  await record.post(`{"${secret}": 1, "${secret}": 2}`, credentials);
  await record.post(JSON.stringify({ query: '{ __typename }', operationName: 7, secret }), credentials);
  await record.post(secret, { ...credentials, 'content-type': 'text/plain' });
  await record.post(secret, { ...credentials, 'content-type': `application/${secret}` });
  await record.get(`/${secret}?token=${secret}`, { authorization: `Bearer ${secret}` });
  await record.get(`/%${secret}`);
  await record.get(`/graphql?query={__typename}&variables=${secret}`, credentials);
  await record.get(`/graphql?query={__typename}&variables={}&token=${secret}`, { 'x-api-key': secret });
  await record.raw(`POST /${secret} NONSENSE\r\nauthorization: Bearer ${secret}\r\n\r\n`);
  await record.raw(rawRequest('POST /graphql HTTP/1.1', [['authorization', `${secret}\u0000`]]));
  await record.raw(rawRequest('POST /graphql HTTP/1.1', [['cookie', secret.repeat(1000)]]));
  await record.raw(rawRequest('POST /graphql HTTP/1.1', [['expect', secret]]));
  await record.raw(rawRequest('POST /graphql HTTP/1.1', [['host', secret.replace('-', ' ')]]));

  expect(record.all().length).toBeGreaterThan(60);
  expectNone(record.all(), [secret, apiKey, 'chyxxxxx', appSecret]);
});

test('a log line names its viewer by a keyed hash, the same while the key is the same', async () => {
  const environment = { VIEWER_AUTH: 'router', ROUTER_SECRET: routerSecret };
  const namesOf = async (more: NodeJS.ProcessEnv, ...unionIds: string[]) => {
    await using gateway = await startGateway({ environment: { ...environment, ...more } });
    for (const id of unionIds) {
      await gateway.query(
        '{ __typename }',
        {},
        { 'x-router-secret': routerSecret, 'x-dingtalk-union-id': id },
      );
    }
    await gateway.query('{ __typename }');
    return gateway.log
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'answered' || msg === 'refused')
      .map(({ viewer }) => viewer);
  };

  const [chy, lin, chyAgain, anonymous] = await namesOf({}, 'chyxxxxx', 'linxxxxx', 'chyxxxxx');
  const [elsewhere] = await namesOf({}, 'chyxxxxx');
  const [keyed] = await namesOf({ VIEWER_LOG_KEY: 'key' }, 'chyxxxxx');
  const [keyedAgain] = await namesOf({ VIEWER_LOG_KEY: 'key' }, 'chyxxxxx');

  expect(chy).toMatch(/^[\w-]{16}$/);
  expect(chyAgain).toBe(chy);
  expect(keyedAgain).toBe(keyed);
  expect(new Set([chy, lin, elsewhere, keyed]).size).toBe(4);
  expect(anonymous).toBeUndefined();
});
