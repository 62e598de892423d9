import http from 'node:http';
import { expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import type { SandboxCall } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { startGateway } from '../support/start-gateway.ts';

const users = Array.from({ length: 40 }, (_, index) => ({
  accessToken: `token-of-person-${index}`,
  unionId: `person${index}`,
  nick: `Person ${index}`,
  openId: `open-${index}`,
}));
const people = users.map(({ accessToken }) => accessToken);
const madeUp = (count: number, from = 'x') => Array.from({ length: count }, (_, index) => `${from}-${index}`);
const ownAddresses = (count: number) => Array.from({ length: count }, (_, index) => `127.0.1.${index + 1}`);
const attacker = '127.0.0.2';

async function start(environment: NodeJS.ProcessEnv = {}) {
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: { VIEWER_AUTH: 'dingtalk', DINGTALK_QPS: '20', ...environment },
    sandbox: { users },
  });
  const { port } = new URL(gateway.url);
  const agent = new http.Agent();
  const statuses = new Map<string, number>();

  /** The status for `bearer` from `localAddress`, also recorded by bearer. */
  function ask(bearer: string, localAddress: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    http
      .request({ host: '127.0.0.1', port, localAddress, agent, method: 'POST', path: '/graphql', headers })
      .once('response', (response) => {
        response.resume();
        statuses.set(bearer, response.statusCode ?? 0);
        resolve(response.statusCode ?? 0);
      })
      .once('error', reject)
      .end('{"query":"{ __typename }"}');
    return promise;
  }
  const answered = (bearers: readonly string[], status: number) =>
    bearers.filter((bearer) => statuses.get(bearer) === status).length;
  const asked = () => gateway.upstream.callsTo('usersMe');

  return {
    clock,
    upstream: gateway.upstream,
    ask,
    answered,
    asked,
    /** The number of these bearers in calls to users/me. */
    askedAbout: (bearers: readonly string[]) =>
      asked().filter(({ headers }) => bearers.includes(String(headers['x-acs-dingtalk-access-token'])))
        .length,
    /** Has every bearer accepted, each from its own address, as fast as the rate limit allows. */
    async letIn(bearers: readonly string[]) {
      const addresses = ownAddresses(bearers.length);
      for (let first = 0; first < bearers.length; first += 10) {
        const some = bearers.slice(first, first + 10);
        await Promise.all(some.map((bearer, index) => ask(bearer, addresses[first + index] ?? '')));
        clock.advance(1000);
      }
      expect(answered(bearers, 200)).toBe(bearers.length);
      statuses.clear();
      gateway.upstream.clearCalls();
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await gateway.close();
    },
  };
}

/** The most calls in any second. */
const mostInOneSecond = (calls: readonly SandboxCall[]): number =>
  Math.max(
    ...calls.map(({ atMs }) => calls.filter((call) => call.atMs >= atMs && call.atMs < atMs + 1000).length),
  );

test('a flood of made-up bearers from one address blocks neither known people nor new ones elsewhere', async () => {
  await using under = await start();
  const [known, newcomers, flood] = [people.slice(0, 24), people.slice(24, 27), madeUp(100)];
  await under.letIn(known);
  // From now on each of them is checked again.
  under.clock.advance(5 * 60_000);

  const flooding = Promise.all(flood.map((bearer) => under.ask(bearer, attacker)));
  await eventually(() => under.answered(flood, 401) === 5);
  await Promise.all(newcomers.map((bearer, index) => under.ask(bearer, `127.0.0.${index + 3}`)));
  const rest = Promise.all(known.map((bearer) => under.ask(bearer, '127.0.0.1')));
  await eventually(() => under.answered(known, 200) === 12);
  under.clock.advance(1000);
  await rest;
  await eventually(() => under.answered(flood, 401) === 10);

  expect([under.answered(newcomers, 200), under.answered(known, 200)]).toEqual([3, 24]);
  expect(mostInOneSecond(under.asked())).toBe(20);
  for (let second = 0; second < 5; second += 1) {
    under.clock.advance(1000);
    await eventually(() => under.askedAbout(flood) === under.answered(flood, 401));
  }
  await flooding;
  // The rest could not be checked within the deadline.
  expect(under.answered(flood, 401) + under.answered(flood, 503)).toBe(100);
  expect(under.askedAbout(flood)).toBeLessThanOrEqual(6 * 5);
});

test('a flood of made-up bearers from many addresses does not block known people', async () => {
  await using under = await start();
  const [known, flood] = [people.slice(0, 10), madeUp(40)];
  await under.letIn(known);
  under.clock.advance(5 * 60_000);

  const flooding = Promise.all(flood.map((bearer, index) => under.ask(bearer, `127.0.2.${index}`)));
  await eventually(() => under.answered(flood, 401) === 10);
  const served = Promise.all(known.map((bearer) => under.ask(bearer, attacker)));
  await eventually(() => under.answered(known, 200) === 10);
  under.clock.advance(5000);

  expect(await served).toEqual(Array(10).fill(200));
  await flooding;
  expect(mostInOneSecond(under.asked())).toBe(20);
});

test('addresses take turns: one with many queued bearers does not delay one with a single bearer', async () => {
  await using under = await start({ DINGTALK_QPS: '4' });
  const flood = madeUp(20);
  const [person = '', other = ''] = people;

  const flooding = Promise.all(flood.map((bearer) => under.ask(bearer, attacker)));
  await eventually(() => under.answered(flood, 401) === 1);
  expect(await under.ask(person, '127.0.0.3')).toBe(200);
  const waiting = under.ask(other, '127.0.0.4');
  under.clock.advance(1000);

  expect(await waiting).toBe(200);
  under.clock.advance(5000);
  await flooding;
});

test('the queue of one address is bounded, and the rest is refused at once', async () => {
  await using under = await start({ DINGTALK_QPS: '400' });
  const flood = madeUp(160);

  const flooding = Promise.all(flood.map((bearer) => under.ask(bearer, attacker)));
  // A hundred a second, fifty wait.
  await eventually(() => under.answered(flood, 401) + under.answered(flood, 503) === 110);

  expect([under.answered(flood, 401), under.answered(flood, 503)]).toEqual([100, 10]);
  under.clock.advance(1000);
  await flooding;
  expect(under.answered(flood, 401)).toBe(150);
});

test.each([
  ['is known for a day', 24 * 3600_000 - 1, true],
  ['is unknown after a day', 24 * 3600_000, false],
])('a bearer that was accepted %s', async (_what, passedMs, isKnown) => {
  await using under = await start({ DINGTALK_QPS: '3' });
  const [person = ''] = people;
  await under.letIn([person]);
  under.clock.advance(passedMs - 1300);

  // One unknown bearer a second: the next one is queued.
  expect(await under.ask('made-up', attacker)).toBe(401);
  under.clock.advance(300);
  const asking = under.ask(person, attacker);
  if (!isKnown) {
    await under.clock.waitForTimer(700);
    expect(under.askedAbout([person])).toBe(0);
    under.clock.advance(700);
  }

  expect(await asking).toBe(200);
});

test('a bearer that DingTalk refuses is no longer known', async () => {
  await using under = await start({ DINGTALK_QPS: '3' });
  const [person = ''] = people;
  await under.letIn([person]);
  under.clock.advance(5 * 60_000);
  under.upstream.addFault('usersMe', { kind: 'error', code: 'InvalidAuthentication' }, 1);
  expect(await under.ask(person, attacker)).toBe(401);

  expect(await under.ask('made-up', attacker)).toBe(401);
  under.clock.advance(300);
  const asking = under.ask(person, attacker);
  await under.clock.waitForTimer(700);
  expect(under.askedAbout([person])).toBe(1);
  under.clock.advance(700);

  expect(await asking).toBe(200);
});

test('a known bearer that cannot be checked stays known', async () => {
  await using under = await start({ DINGTALK_QPS: '3' });
  const [person = ''] = people;
  await under.letIn([person]);
  under.clock.advance(5 * 60_000);
  under.upstream.addFault('usersMe', { kind: 'html', status: 200 }, 1);
  expect(await under.ask(person, attacker)).toBe(503);
  under.clock.advance(1000);

  expect(await under.ask('made-up', attacker)).toBe(401);

  // The clock stands still: an unknown bearer would be queued.
  expect(await under.ask(person, attacker)).toBe(200);
});

testWithRedis('replicas share the rate limit of unknown bearers and that of one address', async () => {
  await using redis = await startRedis();
  await using one = await start({ DINGTALK_QPS: '8', REDIS_URL: redis.url });
  await using two = await start({
    DINGTALK_QPS: '8',
    REDIS_URL: redis.url,
    DINGTALK_API_URL: one.upstream.url,
  });
  const raw = new Client(redis.url, { disconnectTimeout: 50 });

  expect([await one.ask('made-up', attacker), await two.ask('made-up', attacker)]).toEqual([401, 401]);
  const names = await raw.keys('dingtalk-gateway:budget:*');
  const taken = await Promise.all(names.map((name) => raw.zcard(name)));
  raw.disconnect();

  // The windows of the address, of all unknown bearers, and of DingTalk's API.
  expect(taken).toEqual([2, 2, 2]);
  expect(names.join()).not.toContain('127.0.0');
});
