import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId corpId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const exampleSpace = { conversationSpace: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } };
/** Replaces the internal app that a gateway under test uses by default. */
const suiteApp = {
  DINGTALK_APP_KEY: '',
  DINGTALK_APP_SECRET: '',
  DINGTALK_SUITE_KEY: sandboxCredentials.suiteKey,
  DINGTALK_SUITE_SECRET: sandboxCredentials.suiteSecret,
};
const sevenTenthsMs = 0.7 * 7200 * 1000;
const aTenthMs = 0.1 * 7200 * 1000;

test('fetches one token for any number of waiting lookups', async () => {
  await using gateway = await startGateway();

  const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.query(lookup, example)));

  for (const { body } of answers) expect(body).toEqual({ data: exampleSpace });
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
  expect(gateway.upstream.callsTo('accessToken')[0]?.body).toEqual({
    appKey: sandboxCredentials.appKey,
    appSecret: sandboxCredentials.appSecret,
  });
});

test('a refused token is sent neither by calls that were queued nor by calls that arrive during the renewal', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { DINGTALK_QPS: '2' } });
  await gateway.query(lookup, example);
  clock.advance(1000);
  gateway.upstream.clearCalls();
  gateway.upstream.expireTokens();
  const ask = (ids: readonly string[]) =>
    gateway.query(
      `{ ${ids.map((id) => `${id}: conversationSpace(openConversationId: "cid.demo.${id}") { spaceId }`).join(' ')} }`,
    );

  gateway.upstream.setLatency(300, 'accessToken');
  const first = ask(['a', 'b', 'c']);
  await gateway.upstream.waitForCalls('accessToken', 1);
  const meanwhile = ask(['d']);
  let isDone = false;
  const answers = Promise.all([first, meanwhile]).finally(() => (isDone = true));
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 350));
    clock.advance(1000);
  }

  for (const { body } of await answers) expect(body.errors).toBeUndefined();
  const statuses = gateway.upstream.callsTo('conversationSpace').map(({ status }) => status);
  expect(statuses).toEqual([400, 400, 200, 200, 200, 200]);
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
});

test('renews the token at four fifths of its life, in the background, while the old one serves', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  await gateway.query(lookup, example);
  clock.advance(sevenTenthsMs);
  await gateway.query(lookup, example);
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);

  clock.advance(aTenthMs + 1);
  gateway.upstream.addFault('accessToken', { kind: 'hang' });
  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual({ data: exampleSpace });
  await gateway.upstream.waitForCalls('accessToken', 2);
});

test('a failed early renewal fails no lookup and is tried again later', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  await gateway.query(lookup, example);
  clock.advance(sevenTenthsMs + aTenthMs + 1);

  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'systemError' }, 1);
  const duringFailure = await gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('accessToken', 2);
  const soonAfter = await gateway.query(lookup, example);
  clock.advance(5001);
  const later = await gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('accessToken', 3);

  for (const { body } of [duringFailure, soonAfter, later]) expect(body).toEqual({ data: exampleSpace });
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(3);
});

test('fetches a new token once the old one has expired', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  await gateway.query(lookup, example);

  clock.advance(7200 * 1000);
  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual({ data: exampleSpace });
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(2);
  expect(gateway.upstream.callsTo('conversationSpace').map(({ status }) => status)).toEqual([200, 200]);
});

test('a failure to get a token is not cached', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('accessToken', { kind: 'error', code: 'systemError' }, 3);

  const first = await gateway.query(lookup, example);
  const second = await gateway.query(lookup, example);

  expect(first.body.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
  expect(second.body).toEqual({ data: exampleSpace });
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(4);
});

test('on InvalidAuthentication the token is fetched once and each lookup replayed once', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, example);
  gateway.upstream.expireTokens();
  gateway.upstream.clearCalls();

  const many =
    '{ a: conversationSpace(openConversationId: "cid.demo.a") { spaceId } b: conversationSpace(openConversationId: "cid.demo.b") { spaceId } c: conversationSpace(openConversationId: "cid.demo.c") { spaceId } }';
  const { body } = await gateway.query(many);

  expect(body.errors).toBeUndefined();
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
  const statuses = gateway.upstream.callsTo('conversationSpace').map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 200, 200, 400, 400, 400]);
});

test('a token that is refused again after its renewal is GATEWAY_MISCONFIGURED', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(lookup, { id: 'cid.InvalidAuthentication' });

  expect(body.data).toEqual({ conversationSpace: null });
  expect(body.errors?.[0]?.extensions).toMatchObject({
    code: 'GATEWAY_MISCONFIGURED',
    retryable: false,
    dingtalk: { code: 'InvalidAuthentication', status: 400 },
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(2);
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(2);
});

test('wrong app credentials are GATEWAY_MISCONFIGURED, and the secret appears nowhere', async () => {
  const environment = { DINGTALK_APP_SECRET: 'a-secret-of-the-app' };
  await using gateway = await startGateway({ environment });

  const answer = await gateway.query(lookup, example);

  expect(answer.body.errors?.[0]?.extensions).toMatchObject({
    code: 'GATEWAY_MISCONFIGURED',
    dingtalk: { code: 'invalidClientIdOrSecret', status: 400 },
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(0);
  expect(JSON.stringify(answer.body) + gateway.log.join('')).not.toContain('a-secret-of-the-app');
});

test('with DINGTALK_CORP_ID the token comes from that organization’s endpoint', async () => {
  await using gateway = await startGateway({ environment: { DINGTALK_CORP_ID: 'ding5678xxxxx' } });

  const { body } = await gateway.query(lookup, { id: 'cid.demo.corp' });

  expect(body.data.conversationSpace.corpId).toBe('ding5678xxxxx');
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(0);
  const [call] = gateway.upstream.callsTo('corpToken');
  expect(call?.path).toBe('/v1.0/oauth2/ding5678xxxxx/token');
  expect(call?.body).toEqual({
    client_id: sandboxCredentials.appKey,
    client_secret: sandboxCredentials.appSecret,
    grant_type: 'client_credentials',
  });
});

test('a suite has one token for each viewer’s organization and always sends the latest ticket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ticket-'));
  const file = join(folder, 'ticket');
  await writeFile(file, 'yesterdays-ticket\n');
  await using gateway = await startGateway({
    environment: {
      ...suiteApp,
      DINGTALK_SUITE_TICKET_FILE: file,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: 'router-secret',
    },
  });
  const ask = (corpId: string) =>
    gateway.query(
      lookup,
      { id: 'cid.demo.suite' },
      {
        'x-router-secret': 'router-secret',
        'x-dingtalk-union-id': 'chyxxxxx',
        'x-dingtalk-corp-id': corpId,
      },
    );

  const nobodys = await ask('');
  const stale = await ask('ding1234xxxxx');
  await writeFile(file, `${sandboxCredentials.suiteTicket}\n`);
  const [one, other, again] = [
    await ask('ding1234xxxxx'),
    await ask('ding5678xxxxx'),
    await ask('ding1234xxxxx'),
  ];
  await rm(folder, { recursive: true });

  expect([nobodys.status, nobodys.body.errors?.[0]]).toEqual([
    401,
    {
      message: 'Your credentials must name your organization (corpId): this gateway serves several.',
      extensions: { code: 'UNAUTHENTICATED', retryable: false },
    },
  ]);
  expect(stale.body.errors?.[0]?.extensions).toMatchObject({
    code: 'GATEWAY_MISCONFIGURED',
    dingtalk: { code: 'invalidSuiteTicket' },
  });
  expect(one.body.data.conversationSpace.corpId).toBe('ding1234xxxxx');
  expect(other.body.data.conversationSpace.corpId).toBe('ding5678xxxxx');
  expect(again.body).toEqual(one.body);
  const tickets = gateway.upstream.callsTo('corpAccessToken').map(({ body }) => body);
  expect(tickets).toEqual([
    expect.objectContaining({ authCorpId: 'ding1234xxxxx', suiteTicket: 'yesterdays-ticket' }),
    expect.objectContaining({ authCorpId: 'ding1234xxxxx', suiteTicket: sandboxCredentials.suiteTicket }),
    expect.objectContaining({ authCorpId: 'ding5678xxxxx', suiteTicket: sandboxCredentials.suiteTicket }),
  ]);
});

test('a client that disconnects does not abort the token call for the others', async () => {
  await using gateway = await startGateway();
  gateway.upstream.setLatency(100, 'accessToken');
  const leaving = new AbortController();

  const left = gateway.query(lookup, example, {}, leaving.signal);
  await gateway.upstream.waitForCalls('accessToken', 1);
  const stayed = gateway.query(lookup, example);
  leaving.abort();

  await expect(left).rejects.toThrow();
  await expect(stayed).resolves.toMatchObject({ body: { data: exampleSpace } });
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
});

test('a refused token that DingTalk issues again is fetched once', async () => {
  await using gateway = await startGateway({ environment: { MAX_ERRORS: '50' } });
  await gateway.query(lookup, example);
  gateway.upstream.clearCalls();
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'InvalidAuthentication' });
  const aliases = Array.from(
    { length: 50 },
    (_, index) => `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`,
  );

  const { body } = await gateway.query(`{ ${aliases.join(' ')} }`);

  expect(new Set(body.errors?.map(({ extensions }) => extensions.code))).toEqual(
    new Set(['GATEWAY_MISCONFIGURED']),
  );
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(100);
});

test.each([
  ['is missing', async () => {}],
  ['is empty', (file: string) => writeFile(file, '\n')],
  ['is some other file', (file: string) => writeFile(file, 'x'.repeat(5000))],
  ['is a pipe without a writer', async (file: string) => void execFileSync('mkfifo', [file])],
])('a ticket file that %s is GATEWAY_MISCONFIGURED, and readyz reports it', async (_what, make) => {
  const folder = await mkdtemp(join(tmpdir(), 'ticket-'));
  const file = join(folder, 'ticket');
  await make(file);
  await using gateway = await startGateway({
    environment: {
      ...suiteApp,
      DINGTALK_SUITE_TICKET_FILE: file,
      DINGTALK_CORP_ID: 'ding1234xxxxx',
    },
  });

  const ready = await fetch(`${gateway.url}/readyz`);
  const { body } = await gateway.query(lookup, example);
  await rm(folder, { recursive: true });

  expect(ready.status).toBe(503);
  expect(body.errors?.[0]?.extensions).toEqual({ code: 'GATEWAY_MISCONFIGURED', retryable: false });
  expect(gateway.upstream.calls).toHaveLength(0);
  expect(gateway.log.join('')).toContain('DINGTALK_SUITE_TICKET_FILE');
});
