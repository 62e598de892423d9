import { afterEach, expect, jest, test } from '@jest/globals';
import { startGateway } from '../support/start-gateway.ts';
import { createRunningClock } from './running-clock.ts';
import { example, found, lookup } from './suffer.ts';

const tenMinutesMs = 10 * 60_000;
const wallNowMs = Date.now;

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([
  ['back', -tenMinutesMs],
  ['forward', tenMinutesMs],
])('a jump of the wall clock %s by ten minutes has no effect', async (_where, byMs) => {
  await using gateway = await startGateway();
  gateway.upstream.setLatency(50);
  const underWay = gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('conversationSpace', 1);

  jest.spyOn(Date, 'now').mockImplementation(() => wallNowMs() + byMs);
  const next = await gateway.query(lookup, { id: 'cid.shortTime' });

  expect((await underWay).body).toEqual(found);
  expect(next.body).toEqual(found);
  expect(gateway.upstream.callsTo('accessToken')).toHaveLength(1);
});

test('after ten minutes of sleep during a call, that lookup times out and the next one works', async () => {
  const clock = createRunningClock();
  await using gateway = await startGateway({ clock });
  await gateway.query(lookup, example);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const underWay = gateway.query(lookup, example);
  await gateway.upstream.waitForCalls('conversationSpace', 2);

  clock.jump(tenMinutesMs);

  expect((await underWay).body.errors?.[0]?.extensions).toEqual({
    code: 'UPSTREAM_TIMEOUT',
    retryable: true,
  });
  expect((await gateway.query(lookup, example)).body).toEqual(found);
  expect(gateway.upstream.inFlight).toBe(0);
});

test('after ten minutes of sleep without a call, everything works', async () => {
  const clock = createRunningClock();
  await using gateway = await startGateway({ clock });
  await gateway.query(lookup, example);

  clock.jump(tenMinutesMs);

  expect((await gateway.query(lookup, example)).body).toEqual(found);
});
