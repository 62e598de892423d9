import { expect, test } from '@jest/globals';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };

test('sends the unionId in the query only, the id in the body unchanged, and the token in its header only', async () => {
  await using gateway = await startGateway();
  const id = 'cid//Vc7N7lA5mymGresI0XAw+==';

  await gateway.query(lookup, { id });

  const [call] = gateway.upstream.callsTo('conversationSpace');
  expect(call?.method).toBe('POST');
  expect(call?.query).toEqual({ unionId: 'chyxxxxx' });
  expect(call?.body).toEqual({ openConversationId: id });
  expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'x-acs-dingtalk-access-token',
  ]);
});

test('keeps its connection open between lookups', async () => {
  await using gateway = await startGateway();

  await gateway.query(lookup, { id: 'cid.demo.1' });
  await gateway.query(lookup, { id: 'cid.demo.2' });

  expect(new Set(gateway.upstream.calls.map(({ tcpConnection }) => tcpConnection)).size).toBe(1);
});

/** What upstream does, what a client is told, and how often it was asked by then. */
const broken: [what: string, fault: Fault, told: { code: string; dingtalk?: object }, calls: number][] = [
  ['an HTML page', { kind: 'html', status: 200 }, malformed({ status: 200 }), 1],
  ['an HTML page of a proxy', { kind: 'html', status: 502 }, unavailable({ status: 502 }), 3],
  ['200 with errcode', { kind: 'ok-with-errcode' }, malformed({ code: '404', status: 200 }), 1],
  ['an empty body', { kind: 'empty' }, malformed({ status: 200 }), 1],
  ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, malformed({ status: 302 }), 1],
  ['a body over 64 kB', { kind: 'huge', bytes: 50_000_000 }, malformed(), 1],
  ['a gzip bomb', { kind: 'gzip-bomb', bytes: 50_000_000 }, malformed(), 1],
  ['a truncated body', { kind: 'truncated' }, unavailable(), 3],
  ['a reset', { kind: 'reset' }, unavailable(), 3],
  ['a reset within the body', { kind: 'reset-mid-body' }, unavailable(), 3],
  ['not gzip although it says so', answer(200, 'plain', { 'content-encoding': 'gzip' }), malformed(), 1],
  ['not Brotli although it says so', answer(200, 'plain', { 'content-encoding': 'br' }), malformed(), 1],
  [
    'a known code in a 200',
    answer(200, '{"code":"permissionDenied"}'),
    { code: 'FORBIDDEN', dingtalk: { code: 'permissionDenied', status: 200 } },
    1,
  ],
  [
    'an unknown code in a 200',
    answer(200, '{"code":"novelty"}'),
    malformed({ code: 'novelty', status: 200 }),
    1,
  ],
  [
    'a 429 without a code',
    answer(429, '', { 'retry-after': '60' }),
    { code: 'RATE_LIMITED', dingtalk: { status: 429 } },
    1,
  ],
  ['JSON that is not an object', answer(500, '"oops"'), unavailable({ status: 500 }), 3],
];

function malformed(dingtalk?: object): { code: string; dingtalk?: object } {
  return { code: 'UPSTREAM_MALFORMED_RESPONSE', ...(dingtalk && { dingtalk }) };
}

function unavailable(dingtalk?: object): { code: string; dingtalk?: object } {
  return { code: 'UPSTREAM_UNAVAILABLE', ...(dingtalk && { dingtalk }) };
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', status, headers: { 'content-type': 'application/json', ...headers }, body };
}

test.each(broken)(
  '%s is told as what it is, and the next lookup works',
  async (...[, fault, told, calls]) => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', fault);

    const failed = await gateway.query(lookup, example);
    const callsByThen = gateway.upstream.callsTo('conversationSpace').length;
    gateway.upstream.clearFaults();
    const next = await gateway.query(lookup, example);

    expect(failed.status).toBe(200);
    expect(failed.body.data).toEqual({ conversationSpace: null });
    expect(failed.body.errors?.[0]?.extensions).toMatchObject(told);
    expect(callsByThen).toBe(calls);
    expect(next.body).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(calls + 1);
    expect(gateway.upstream.callsTo('unknownPath')).toHaveLength(0);
    expect(gateway.upstream.inFlight).toBe(0);
  },
);

test('reads error bodies in their other casing as well', async () => {
  await using gateway = await startGateway();
  const code = 'Forbidden.AccessDenied.AccessTokenPermissionDenied';
  gateway.upstream.addFault('conversationSpace', { kind: 'uppercase-error', code }, 1);

  const { body } = await gateway.query(lookup, example);

  const [call] = gateway.upstream.callsTo('conversationSpace');
  expect(body.errors?.[0]?.extensions).toEqual({
    code: 'GATEWAY_MISCONFIGURED',
    retryable: false,
    dingtalk: { code, status: 403, requestId: call?.requestId, requiredScopes: ['ConvFile.Space.Read'] },
  });
});

test.each([['hang'], ['hang-mid-body']] as const)(
  'gives up at the deadline on an upstream that does %s',
  async (kind) => {
    const clock = createManualClock();
    await using gateway = await startGateway({ clock, environment: { UPSTREAM_TIMEOUT_MS: '60000' } });
    await gateway.query(lookup, example);
    gateway.upstream.addFault('conversationSpace', { kind });

    const pending = gateway.query(lookup, example);
    await gateway.upstream.waitForCalls('conversationSpace', 2);
    clock.advance(36_000);
    await gateway.upstream.waitForCalls('conversationSpace', 3);
    clock.advance(24_000);
    const { body } = await pending;

    expect(body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_TIMEOUT', retryable: true });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(3);
  },
);

test('an upstream that cannot be reached is UPSTREAM_UNAVAILABLE', async () => {
  await using gateway = await startGateway({ environment: { DINGTALK_API_URL: 'http://127.0.0.1:1' } });

  const { body } = await gateway.query(lookup, example);

  expect(body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
});

test('what DingTalk writes goes to the log only, and without token or unionId', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, example);
  const token = String(
    gateway.upstream.callsTo('conversationSpace')[0]?.headers['x-acs-dingtalk-access-token'],
  );
  const message = `token ${token} of chyxxxxx refused`;
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied', message }, 1);

  const { body } = await gateway.query(lookup, example);

  expect(JSON.stringify(body)).not.toContain('refused');
  const log = gateway.log.join('');
  expect(log).toContain('token [redacted] of [redacted] refused');
  expect(log).not.toContain(token);
  expect(log).not.toContain('chyxxxxx');
});
