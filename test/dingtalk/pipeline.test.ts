import { expect, test } from '@jest/globals';
import { compose, type Gate, type Step, refuseEarly } from '../../src/dingtalk/compose.ts';
import { NotSentError } from '../../src/errors/dingtalk-error.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';
import { testCall } from '../support/test-call.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const quotaSpent = { kind: 'error', code: 'Forbidden.AccessDenied.ApiCountLimitForOrg' } as const;

const extendPath =
  (end: string): Step =>
  (call, next) =>
    next({ ...call, path: `${call.path}${end}` });
const closedGate: Gate = {
  check() {
    throw new NotSentError('unavailable');
  },
  step: (call, next) => next(call),
};
const endlessWait: Step = () => new Promise(() => undefined);

async function start() {
  const clock = createManualClock();
  const environment = { DINGTALK_QPS: '1', UPSTREAM_TIMEOUT_MS: '30000' };
  const gateway = await startGateway({ clock, environment });
  return {
    clock,
    gateway,
    ask: async (id: string) =>
      (await gateway.query(lookup, { id })).body.errors?.[0]?.extensions.code ?? 'ok',
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

test('steps run in the order of their list, and each may change the call', async () => {
  const paths: string[] = [];

  await compose([extendPath('a'), extendPath('b')], async (call) => {
    paths.push(call.path);
    return call.answer.parse(undefined);
  })(testCall());

  expect(paths).toEqual(['/ab']);
});

test('a call that a gate would refuse does not wait', async () => {
  const sent = compose([refuseEarly([closedGate]), endlessWait, closedGate.step], async () => {
    throw new Error('sent');
  })(testCall());

  await expect(sent).rejects.toMatchObject({ kind: 'unavailable' });
});

test('with a spent quota a call is refused at once, before it queues', async () => {
  await using under = await start();
  under.gateway.upstream.addFault('conversationSpace', quotaSpent, 1);
  expect(await under.ask('cid.demo.1')).toBe('QUOTA_EXHAUSTED');

  // The rate limiter has no room for a second, and the clock stands still.
  expect(await under.ask('cid.demo.2')).toBe('QUOTA_EXHAUSTED');
  expect(under.gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});

test('a queued call is not sent when the quota is spent meanwhile', async () => {
  await using under = await start();
  const { clock, gateway } = under;
  gateway.upstream.addFault('conversationSpace', quotaSpent, 1);

  const asked = [under.ask('cid.demo.1'), under.ask('cid.demo.2')];
  await asked[0];
  await clock.waitForTimer(1000);
  clock.advance(1000);

  expect(await Promise.all(asked)).toEqual(['QUOTA_EXHAUSTED', 'QUOTA_EXHAUSTED']);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
});
