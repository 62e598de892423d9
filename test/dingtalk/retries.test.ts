import { expect, test } from '@jest/globals';
import { Deadline } from '../../src/async/deadline.ts';
import { DingTalkError, NotSentError } from '../../src/errors/dingtalk-error.ts';
import { createRetries } from '../../src/dingtalk/resilience/retries.ts';
import { createRetryBudget } from '../../src/dingtalk/resilience/retry-budget.ts';
import { testCall } from '../support/test-call.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const exampleAnswer = { data: { conversationSpace: { spaceId: '798xxxxx' } } };

test('a passing fault fails no lookup', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' }, 1);
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 }, 1);

  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual(exampleAnswer);
  expect(gateway.upstream.callsTo('conversationSpace').map(({ status }) => status)).toEqual([500, 502, 200]);
});

test('a flapping token endpoint fails no lookup', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('accessToken', { kind: 'html', status: 503 }, 1);

  const { body } = await gateway.query(lookup, example);

  expect(body).toEqual(exampleAnswer);
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual([
    'accessToken',
    'accessToken',
    'conversationSpace',
  ]);
});

test('after "too fast" it retries once Retry-After is over', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  const tooFast = { kind: 'error', code: 'Forbidden.AccessDenied.QpsLimitForApi' } as const;
  gateway.upstream.addFault('conversationSpace', tooFast, 1);

  const answer = gateway.query(lookup, example);
  await clock.waitForTimer(1000);
  clock.advance(1000);

  expect((await answer).body).toEqual(exampleAnswer);
  const [first, second] = gateway.upstream.callsTo('conversationSpace');
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBe(1000);
});

test('a call has the whole time until the deadline: a late answer is used, and no second call made', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { UPSTREAM_TIMEOUT_MS: '60000' } });
  gateway.upstream.setLatency(300, 'conversationSpace');

  const answer = gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  clock.advance(59_999);

  expect((await answer).body).toEqual(exampleAnswer);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('a call that timed out at the deadline is not repeated', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { UPSTREAM_TIMEOUT_MS: '60000' } });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });

  const answer = gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  clock.advance(60_000);

  expect((await answer).body.errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_TIMEOUT', retryable: true });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('a call lost with a dead kept-alive connection is replayed over a new one, every time', async () => {
  await using gateway = await startGateway();
  for (let time = 0; time < 20; time += 1) {
    await gateway.query(lookup, example);
    gateway.upstream.clearCalls();
    gateway.upstream.addFault('conversationSpace', { kind: 'reset' }, 1);

    const { body } = await gateway.query(lookup, example);

    expect(body).toEqual(exampleAnswer);
    const connections = gateway.upstream.callsTo('conversationSpace').map((call) => call.tcpConnection);
    expect(new Set(connections).size).toBe(2);
    expect(connections).toHaveLength(2);
  }
});

test('two hundred lookups during an outage cost at most a fifth more calls', async () => {
  // In the sandbox mode nothing but the retry budget limits the calls.
  await using gateway = await startGateway({ environment: { DINGTALK_MODE: 'sandbox', MAX_ERRORS: '50' } });
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' });
  const aliases = Array.from({ length: 50 }, (_, index) => {
    return `a${index}: conversationSpace(openConversationId: "cid.demo.${index}") { spaceId }`;
  });

  for (let request = 0; request < 4; request += 1) {
    const { body } = await gateway.query(`{ ${aliases.join(' ')} }`);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(
      aliases.map(() => 'UPSTREAM_UNAVAILABLE'),
    );
  }

  const calls = gateway.upstream.callsTo('conversationSpace').length;
  expect(calls).toBeGreaterThan(200);
  expect(calls).toBeLessThanOrEqual(240);
});

/** Runs `attempt` with retries, within a deadline of five seconds on a clock that stands still. */
async function retry(attempt: () => Promise<never>, repeatable = true): Promise<unknown> {
  const clock = createManualClock();
  const retries = createRetries({ clock, random: () => 0, budget: createRetryBudget() });
  using deadline = new Deadline(clock, 5000);
  return await retries(testCall({ deadline, repeatable }), attempt);
}

/** The number of attempts of a call that always fails with `error`. */
async function attemptsAt(error: DingTalkError, repeatable: boolean): Promise<number> {
  let attempts = 0;
  const running = retry(async () => {
    attempts += 1;
    throw error;
  }, repeatable);
  await expect(running).rejects.toMatchObject({ details: error.details });
  return attempts;
}

test.each([
  ['a fault', new DingTalkError('unavailable', { status: 500 }), 3],
  ['a stale token', new DingTalkError('stale-token', { status: 400 }), 2],
  ['a dead connection', new DingTalkError('unavailable', { deadConnection: true }), 3],
])('after %s only a repeatable call is repeated', async (_what, error, attemptsOfRead) => {
  expect(await attemptsAt(error, true)).toBe(attemptsOfRead);
  expect(await attemptsAt(error, false)).toBe(1);
});

test.each([
  ['DingTalk’s last error is reported rather than "not sent"', 'unavailable', 'unavailable'],
  ['a stale token is not reported: the reason why its replay was not sent is', 'stale-token', 'rate-limited'],
] as const)('%s', async (_what, first, reported) => {
  const failures = [new DingTalkError(first), new NotSentError('rate-limited')];

  const running = retry(async () => {
    throw failures.shift();
  });

  await expect(running).rejects.toMatchObject({ kind: reported });
});

test('a token that goes stale at the last attempt is UPSTREAM_UNAVAILABLE', async () => {
  await using gateway = await startGateway();
  const fault = (code: 'systemError' | 'InvalidAuthentication', times: number): void =>
    gateway.upstream.addFault('conversationSpace', { kind: 'error', code }, times);
  fault('systemError', 2);
  fault('InvalidAuthentication', 1);

  const { body } = await gateway.query(lookup, example);

  expect(body.errors?.[0]?.extensions).toEqual({
    code: 'UPSTREAM_UNAVAILABLE',
    retryable: true,
    dingtalk: { code: 'InvalidAuthentication', status: 400, requestId: expect.any(String) },
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(3);
});

test('a replay with a new token that is rate-limited reports the rate limit', async () => {
  const failures = [
    new DingTalkError('stale-token', { status: 400 }),
    new NotSentError('rate-limited', { retryAfterMs: 1 }),
  ];

  const running = retry(async () => {
    throw failures.shift() ?? new Error('attempted too often');
  });

  await expect(running).rejects.toMatchObject({ kind: 'rate-limited', details: { retryAfterMs: 1 } });
});
