import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createSigningKey, startKeyServer } from '../support/issuer.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId } }';
const timedOut = {
  data: { conversationSpace: null },
  errors: [
    {
      message: 'DingTalk did not answer in time: try again.',
      locations: expect.anything(),
      path: ['conversationSpace'],
      extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true },
    },
  ],
};

test('a lookup gets what users/me leaves of the deadline', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { VIEWER_AUTH: 'dingtalk' } });
  gateway.upstream.setLatency(200, 'usersMe');
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });

  const answer = gateway.query(lookup, {}, { authorization: 'Bearer sandbox-user-token-chy' });
  await gateway.upstream.waitForCalls('usersMe', 1);
  clock.advance(4000);
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  let isAnswered = false;
  void answer.then(() => (isAnswered = true));
  clock.advance(999);
  await fetch(`${gateway.url}/healthz`);
  expect(isAnswered).toBe(false);
  clock.advance(1);

  expect((await answer).body).toEqual(timedOut);
  await eventually(() => gateway.upstream.abortedCalls === 1);
});

test('a lookup gets what fetching the keys leaves of the deadline', async () => {
  const clock = createManualClock();
  const key = await createSigningKey('one');
  await using keys = await startKeyServer(key);
  await using gateway = await startGateway({
    clock,
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWKS_URL: keys.url,
      VIEWER_JWT_ISSUER: 'https://issuer.example',
      VIEWER_JWT_AUDIENCE: 'gateway',
    },
  });
  const answerKeys = Promise.withResolvers<void>();
  keys.answerWith((_request, response) => {
    void answerKeys.promise.then(() => response.end(JSON.stringify({ keys: [key.jwk] })));
  });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });

  const answer = gateway.query(lookup, {}, { authorization: `Bearer ${await key.sign()}` });
  await keys.waitForRequests(1);
  clock.advance(4000);
  answerKeys.resolve();
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  clock.advance(1000);

  expect((await answer).body).toEqual(timedOut);
});

test('a request that joined a call fails at its own deadline, and the call continues for the others', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({
    clock,
    environment: { VIEWER_AUTH: 'dingtalk', CACHE_TTL_MS: '60000' },
  });
  const ask = () => gateway.query(lookup, {}, { authorization: 'Bearer sandbox-user-token-chy' });
  gateway.upstream.setLatency(200, 'usersMe');
  const late = ask();
  await gateway.upstream.waitForCalls('usersMe', 1);
  clock.advance(3000);
  const early = ask();
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  clock.advance(2050);

  expect((await late).body).toEqual(timedOut);
  expect([gateway.upstream.inFlight, gateway.upstream.callsTo('conversationSpace').length]).toEqual([1, 1]);
  clock.advance(3000);
  expect((await early).body).toEqual(timedOut);
});
