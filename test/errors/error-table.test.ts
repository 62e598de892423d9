import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/async/clock.ts';
import { documentedErrors } from '../../src/sandbox/documented-errors.ts';
import { problemLines } from '../support/log-lines.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const limit = 'Forbidden.AccessDenied.';

const no = (code: string, extra: object = {}) => ({ code, retryable: false, ...extra });
const yes = (code: string, extra: { retryAfterMs?: number } = {}) => ({ code, retryable: true, ...extra });
const unavailable = yes('UPSTREAM_UNAVAILABLE');
const misconfigured = no('GATEWAY_MISCONFIGURED');
const wait = (retryAfterMs: number) => yes('RATE_LIMITED', { retryAfterMs });
const perSecond = wait(1000);

/** The public error for each code, written out: the code under test has its own list. */
const expected: Readonly<Record<string, { code: string; retryAfterMs?: number }>> = {
  paramError: no('BAD_USER_INPUT'),
  'paramError.conversationId': no('BAD_USER_INPUT', { argument: 'openConversationId' }),
  permissionDenied: no('FORBIDDEN'),
  acrossOrgAccessForbidden: no('CROSS_ORGANIZATION_FORBIDDEN'),
  conversationNotExist: no('CONVERSATION_NOT_FOUND'),
  systemError: unavailable,
  unknownError: unavailable,
  InvalidAuthentication: misconfigured,
  'accesstoken.expired': misconfigured,
  'AuthenticationFailed.MissingParameter': misconfigured,
  invalidClientIdOrSecret: misconfigured,
  'invalid.client': misconfigured,
  'unauthorized.client': misconfigured,
  [`${limit}AccessTokenPermissionDenied`]: misconfigured,
  apiPermissionDenied: misconfigured,
  orgAuthLevelNotEnough: misconfigured,
  'forbidden.accessDenied.realmControl': misconfigured,
  [`${limit}IpNotInWhiteList`]: misconfigured,
  [`${limit}QpsLimitForApi`]: perSecond,
  [`${limit}QpsLimitForAppkeyAndApi`]: perSecond,
  [`${limit}QpsLimitForSuitekeyAndOrgAndApi`]: perSecond,
  [`${limit}QpmLimitForAppkeyAndApi`]: wait(60_000),
  [`${limit}QpmLimitForSuitekeyAndOrgAndApi`]: wait(60_000),
  [`${limit}ApiCountLimitForOrg`]: no('QUOTA_EXHAUSTED'),
  'system.busy': unavailable,
  systemBusy: unavailable,
  serviceBusy: unavailable,
  'systemError.busy': unavailable,
  operationTimeout: unavailable,
};

/** The number of calls before the error is reported; one by default. */
function callsUpstream(
  { code, retryAfterMs }: { code?: string; retryAfterMs?: number },
  upstreamCode: string,
) {
  // The token is renewed, and the call repeated.
  if (upstreamCode === 'InvalidAuthentication' || upstreamCode === 'accesstoken.expired') return 2;
  // A minute is longer than the deadline of a lookup.
  return code === 'UPSTREAM_UNAVAILABLE' || retryAfterMs === 1000 ? 3 : 1;
}

test('every error that the stand-in documents is in the table, and no other', () => {
  expect(Object.keys(expected)).toEqual(documentedErrors.map(({ code }) => code));
});

test.each(documentedErrors.map((row) => [row.code, row] as const))('%s', async (code, row) => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  const expectedCalls = callsUpstream(expected[code] ?? {}, code);

  const answer = gateway.query(lookup, { id: `cid.${code}` });
  for (let call = 1; expected[code] === perSecond && call < expectedCalls; call += 1) {
    await clock.waitForTimer(1000);
    clock.advance(1000);
  }
  const { status, body } = await answer;

  const calls = gateway.upstream.callsTo('conversationSpace');
  const requiredScopes = row.accessdenieddetail?.requiredScopes;
  expect(status).toBe(200);
  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message: expect.stringMatching(/^[A-Z].+\.$/),
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: {
          ...expected[code],
          dingtalk: {
            code,
            status: row.status,
            requestId: calls.at(-1)?.requestId,
            ...(requiredScopes && { requiredScopes }),
          },
        },
      },
    ],
  });
  expect(calls).toHaveLength(expectedCalls);
  expect(JSON.stringify(body)).not.toContain(row.message);
});

test.each([
  [400, no('BAD_USER_INPUT'), undefined],
  [401, unavailable, undefined],
  [403, no('FORBIDDEN'), undefined],
  [404, no('NOT_FOUND'), undefined],
  [429, wait(10_000), '10'],
  [500, unavailable, undefined],
  [503, unavailable, undefined],
])(
  'an undocumented code with status %i follows its status',
  async (status, extensions, retryAfter: string | undefined) => {
    await using gateway = await startGateway();
    const body = JSON.stringify({ code: 'unheard.of', message: 'what?', requestid: 'R-1' });
    // Longer than the deadline, so that the error is reported at once.
    const headers = { ...(retryAfter && { 'retry-after': retryAfter }) };
    gateway.upstream.addFault('conversationSpace', { kind: 'answer', status, headers, body });

    const answer = await gateway.query(lookup, { id: 'cid.demo.a' });

    expect(answer.body.errors?.[0]?.extensions).toEqual({
      ...extensions,
      dingtalk: { code: 'unheard.of', status, requestId: 'R-1' },
    });
  },
);

test('Retry-After of DingTalk takes precedence over our default', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ code: `${limit}QpsLimitForApi` });
  const headers = { 'retry-after': '7' };
  gateway.upstream.addFault('conversationSpace', { kind: 'answer', status: 403, headers, body }, 1);

  const answer = await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(answer.body.errors?.[0]?.extensions).toMatchObject(wait(7000));
});

test.each([
  ['JSON', { kind: 'ip-ban' }, wait(5000), 403],
  [
    'an HTML page',
    { kind: 'answer', status: 200, body: '<html><script src="/_____tmd_____/punish"></script></html>' },
    wait(300_000),
    200,
  ],
] as const)(
  'an IP ban in the form of %s has its length as retryAfterMs',
  async (_form, fault, extensions, status) => {
    await using gateway = await startGateway();
    gateway.upstream.addFault('conversationSpace', fault, 1);

    const { body } = await gateway.query(lookup, { id: 'cid.demo.a' });

    expect(body.errors?.[0]?.extensions).toEqual({ ...extensions, dingtalk: { status } });
    expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  },
);

test('a call that our rate limiter cannot start in time is RATE_LIMITED and not sent', async () => {
  await using gateway = await startGateway({
    environment: { DINGTALK_QPS: '1', UPSTREAM_TIMEOUT_MS: '900' },
  });

  const { body } = await gateway.query(
    '{ a: conversationSpace(openConversationId: "cid.demo.a") { corpId } b: conversationSpace(openConversationId: "cid.demo.b") { corpId } }',
  );

  expect(body.data).toEqual({ a: { corpId: 'ding1234xxxxx' }, b: null });
  expect(body.errors?.[0]?.extensions).toEqual(wait(1000));
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('an unexpected error is masked, and logged with the request id', async () => {
  let readingsLeft = Infinity;
  const nowMs = (): number => {
    readingsLeft -= 1;
    if (readingsLeft < 0) throw new Error('a detail of ours');
    return systemClock.nowMs();
  };
  await using gateway = await startGateway({
    clock: { ...systemClock, nowMs },
    sandbox: { nowMs: systemClock.nowMs },
  });

  // The timer of the request's deadline.
  readingsLeft = 1;
  const { status, body } = await gateway.query(lookup, { id: 'cid.demo.a' }, { 'x-request-id': 'r-1' });
  readingsLeft = Infinity;

  expect(status).toBe(200);
  expect(body).toEqual({
    data: { conversationSpace: null },
    errors: [
      {
        message: 'Internal error of the gateway: try again, and report the x-request-id if it persists.',
        locations: [{ line: 1, column: 20 }],
        path: ['conversationSpace'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
      },
    ],
  });
  const logged = problemLines(gateway.log).find(({ level }) => level === 'error');
  expect(logged).toMatchObject({ requestId: 'r-1', err: { message: 'a detail of ours' } });
});
