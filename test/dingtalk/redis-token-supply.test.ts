import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import type { Clock } from '../../src/async/clock.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { remembering } from '../support/cached-gateway.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis as test, type RedisServer } from '../support/redis-server.ts';
import { createSlowClock } from '../support/slow-clock.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const example = { id: 'cid9FTRQSLo+sKxxxx' };
const found = { data: { conversationSpace: { spaceId: '798xxxxx' } } };
const lifeMs = 7200 * 1000;

interface ReplicaCount extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly raw: Client;
  readonly dingtalk: Sandbox;
  start(options?: Options): Promise<GatewayUnderTest>;
}

interface Options {
  readonly environment?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

/** One Redis and one stand-in, for as many gateways as a test starts. */
async function setUp(clock: Clock = createSlowClock()): Promise<ReplicaCount> {
  const redis = await startRedis();
  const dingtalk = await startSandbox({
    callsPerSecond: Infinity,
    nowMs: () => clock.nowMs(),
  });
  const raw = new Client(redis.url, { disconnectTimeout: 50 });
  raw.on('error', () => undefined);
  const gateways: GatewayUnderTest[] = [];
  return {
    redis,
    raw,
    dingtalk,
    async start({ environment, clock: itsOwn = clock } = {}) {
      const gateway = await startGateway({
        environment: { DINGTALK_API_URL: dingtalk.url, REDIS_URL: redis.url, ...environment },
        clock: itsOwn,
      });
      gateways.push(gateway);
      return gateway;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      raw.disconnect();
      await dingtalk.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Everything that Redis holds, names and contents, as text. */
async function everythingIn(raw: Client): Promise<string> {
  const keys = await raw.keys('*');
  const values = await Promise.all(keys.map((key) => raw.getBuffer(key).catch(() => undefined)));
  return [...keys, ...values.map((value) => value?.toString('latin1') ?? '')].join('\n');
}

async function keyOf(raw: Client, what: string): Promise<string> {
  for (;;) {
    const [key] = await raw.keys(`dingtalk-gateway:${what}:*`);
    if (key !== undefined) return key;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A command in flight while the clock jumps times out, and Redis is skipped for a second: that second passes too. */
async function pass(ms: number, clock: ManualClock): Promise<void> {
  const restMs = 1001;
  clock.advance(ms - restMs);
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(restMs);
}

async function isRedisUp(url: string): Promise<boolean> {
  const response = await fetch(`${url}/metrics`);
  return (await response.text()).includes('dingtalk_gateway_redis_up 1\n');
}

test('ten gateways that start together fetch one token', async () => {
  // Ten gateways on one machine are slow: the clock runs slower too, so that no command times out.
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  replicas.dingtalk.setLatency(200, 'accessToken');
  const gateways = await Promise.all(Array.from({ length: 10 }, () => replicas.start()));
  // On a busy machine a connection may take longer than its limit, and is made again.
  await Promise.all(gateways.map(({ url }) => eventually(() => isRedisUp(url))));
  const passing = setInterval(() => clock.advance(1), 30);

  const answers = await Promise.all(gateways.map((gateway) => gateway.query(lookup, example)));
  clearInterval(passing);

  expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 10 }, () => found));
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
  expect(replicas.dingtalk.callsTo('conversationSpace')).toHaveLength(10);
});

test('a gateway that starts later fetches no token, and Redis holds none in the clear', async () => {
  await using replicas = await setUp();
  await (await replicas.start()).query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  const [call] = replicas.dingtalk.callsTo('conversationSpace');
  const token = String(call?.headers['x-acs-dingtalk-access-token']);

  const { body } = await (await replicas.start()).query(lookup, example);

  expect(body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
  expect(token).toMatch(/^[\da-f]{32}$/);
  expect(await everythingIn(replicas.raw)).not.toMatch(
    new RegExp(`${token}|sandbox-app-key|sandbox-app-secret|lifeMs|ding1234`),
  );
  expect(await replicas.raw.pttl(key)).toBeGreaterThan(lifeMs - 60_000);
  expect(await replicas.raw.pttl(key)).toBeLessThanOrEqual(lifeMs);
});

test('each organization has its own token', async () => {
  await using replicas = await setUp();
  const ask = async (corpId: string) => {
    const gateway = await replicas.start({ environment: { DINGTALK_CORP_ID: corpId } });
    const { body } = await gateway.query(
      '{ conversationSpace(openConversationId: "cid.demo.a") { corpId } }',
    );
    return body.data.conversationSpace.corpId;
  };

  expect([await ask('ding1234xxxxx'), await ask('ding5678xxxxx'), await ask('ding1234xxxxx')]).toEqual([
    'ding1234xxxxx',
    'ding5678xxxxx',
    'ding1234xxxxx',
  ]);
  expect(replicas.dingtalk.callsTo('corpToken')).toHaveLength(2);
});

test('a gateway with another secret cannot open the token and fetches its own', async () => {
  await using replicas = await setUp();
  await (await replicas.start()).query(lookup, example);
  await keyOf(replicas.raw, 'token');

  const other = await replicas.start({ environment: { DINGTALK_APP_SECRET: 'another-secret' } });
  const { body } = await other.query(lookup, example);

  expect(body.errors?.[0]?.extensions.code).toBe('GATEWAY_MISCONFIGURED');
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(2);
});

test('the remaining life of a token follows the clock of Redis, not that of a replica', async () => {
  const [early, late] = [createManualClock(), createManualClock()];
  late.advance(600_000);
  await using replicas = await setUp(early);
  await (await replicas.start()).query(lookup, example);
  await replicas.raw.pexpire(await keyOf(replicas.raw, 'token'), 3_600_000);

  const second = await replicas.start({ clock: late });
  await second.query(lookup, example);
  late.advance(3_600_000 + 1);
  await replicas.raw.flushall();
  await second.query(lookup, example);

  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(2);
});

test('two gateways that see the token refused at once fetch one new token together', async () => {
  await using replicas = await setUp();
  const [one, two] = [await replicas.start(), await replicas.start()];
  await one.query(lookup, example);
  await keyOf(replicas.raw, 'token');
  await two.query(lookup, example);
  replicas.dingtalk.expireTokens();
  replicas.dingtalk.clearCalls();
  replicas.dingtalk.setLatency(100, 'accessToken');

  const answers = await Promise.all([one.query(lookup, example), two.query(lookup, example)]);

  expect(answers.map(({ body }) => body)).toEqual([found, found]);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
  const statuses = replicas.dingtalk.callsTo('conversationSpace').map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 200, 400, 400]);
});

test('a gateway whose token is refused uses the one that another has fetched since', async () => {
  await using replicas = await setUp();
  const [one, two] = [await replicas.start(), await replicas.start()];
  await one.query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  await two.query(lookup, example);
  const before = await replicas.raw.getBuffer(key);
  replicas.dingtalk.expireTokens();
  replicas.dingtalk.clearCalls();

  await one.query(lookup, example);
  while (before?.equals((await replicas.raw.getBuffer(key)) ?? Buffer.alloc(0)));
  const { body } = await two.query(lookup, example);

  expect(body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
});

test('a refused token that DingTalk issues again is fetched once by two gateways', async () => {
  await using replicas = await setUp();
  const [one, two] = [await replicas.start(), await replicas.start()];
  await one.query(lookup, example);
  await keyOf(replicas.raw, 'token');
  await two.query(lookup, example);
  replicas.dingtalk.clearCalls();
  replicas.dingtalk.setLatency(100, 'accessToken');
  const refused = { id: 'cid.InvalidAuthentication' };

  const answers = await Promise.all([one.query(lookup, refused), two.query(lookup, refused)]);

  expect(answers.map(({ body }) => body.errors?.[0]?.extensions.code)).toEqual([
    'GATEWAY_MISCONFIGURED',
    'GATEWAY_MISCONFIGURED',
  ]);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
});

test('at four fifths of its life one gateway renews the token for all', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  const gateways = await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
  for (const gateway of gateways) await gateway.query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  await pass(lifeMs * 0.8 + 1, clock);
  await replicas.raw.pexpire(key, lifeMs * 0.2 - 1);
  replicas.dingtalk.clearCalls();

  const answers = await Promise.all(gateways.map((gateway) => gateway.query(lookup, example)));
  await replicas.dingtalk.waitForCalls('accessToken', 1);
  while ((await replicas.raw.pttl(key)) < lifeMs * 0.5);
  // The others read Redis again after five seconds and find it.
  await pass(5001, clock);
  for (const gateway of gateways) await gateway.query(lookup, example);

  expect(answers.map(({ body }) => body)).toEqual([found, found, found]);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
});

test.each([
  ['garbage', (raw: Client, key: string) => raw.set(key, 'garbage')],
  ['a value of another type', (raw: Client, key: string) => raw.del(key).then(() => raw.hset(key, 'a', 'b'))],
  ['a token without an expiry', (raw: Client, key: string) => raw.persist(key)],
  ['nothing', (raw: Client, key: string) => raw.del(key)],
])('with %s under the token’s key one new token is fetched and stored', async (_what, spoil) => {
  await using replicas = await setUp();
  await (await replicas.start()).query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  await spoil(replicas.raw, key);

  const second = await (await replicas.start()).query(lookup, example);
  while ((await replicas.raw.pttl(key)) < 0);
  const third = await (await replicas.start()).query(lookup, example);

  expect([second.body, third.body]).toEqual([found, found]);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(2);
});

test.each([
  ['without an expiry', (raw: Client, lock: string) => raw.set(lock, 'garbage')],
  ['with a far expiry', (raw: Client, lock: string) => raw.set(lock, 'garbage', 'PX', 3_600_000)],
  ['of another type', (raw: Client, lock: string) => raw.del(lock).then(() => raw.lpush(lock, 'garbage'))],
])('garbage %s under the lock’s key delays no lookup', async (_what, spoil) => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  const first = await replicas.start();
  replicas.dingtalk.addFault('accessToken', { kind: 'hang' }, 1);
  const pending = first.query(lookup, example);
  const lock = await keyOf(replicas.raw, 'token-lock');
  await spoil(replicas.raw, lock);

  // The clock stands still: a lookup that waited would never end.
  const { body } = await (await replicas.start()).query(lookup, example);
  clock.advance(5000);

  expect(body).toEqual(found);
  expect((await pending).body.errors?.[0]?.extensions.code).toBe('UPSTREAM_TIMEOUT');
});

test('a gateway that dies during its fetch delays the others by two seconds, not by its deadline', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  replicas.dingtalk.addFault('accessToken', { kind: 'hang' }, 1);
  const dying = (await replicas.start()).query(lookup, example);
  await keyOf(replicas.raw, 'token-lock');
  const second = await replicas.start();

  const waiting = second.query(lookup, example);
  for (let pastMs = 0; pastMs < 2100; pastMs += 50) {
    clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // The clock stands still: a lookup that waited longer would never end.
  const { body } = await waiting;
  clock.advance(5000);
  await dying;

  expect(body).toEqual(found);
});

test('a failed fetch releases the lock: the next gateway fetches at once', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  const [one, two] = [await replicas.start(), await replicas.start()];
  replicas.dingtalk.addFault('accessToken', { kind: 'html', status: 200 }, 1);

  const failed = await one.query(lookup, example);
  while ((await replicas.raw.keys('*token-lock*')).length > 0);
  const next = await two.query(lookup, example);

  expect(failed.body.errors?.[0]?.extensions.code).toBe('UPSTREAM_MALFORMED_RESPONSE');
  expect(next.body).toEqual(found);
});

test('without Redis each gateway fetches its own', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  await replicas.redis.stop();
  const gateways = [await replicas.start(), await replicas.start()];

  const answers = await Promise.all(gateways.map((gateway) => gateway.query(lookup, example)));

  expect(answers.map(({ body }) => body)).toEqual([found, found]);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(2);
});

test('a Redis that takes two seconds for every command costs 50 ms', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  await using proxy = await startTcpProxy(Number(new URL(replicas.redis.url).port));
  const gateway = await replicas.start({ environment: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
  proxy.setMode({ kind: 'delay', ms: 2000 });
  let answered = false;

  const pending = gateway.query(lookup, example).finally(() => (answered = true));
  let pastMs = 0;
  while (!answered) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (answered) break;
    clock.advance(10);
    pastMs += 10;
  }

  expect((await pending).body).toEqual(found);
  expect(pastMs).toBeLessThanOrEqual(100);
});

/** A sealed token as the gateways of these tests store it, fetched `ageMs` ago by the clock of Redis. */
async function sealedToken(
  { raw, dingtalk }: ReplicaCount,
  key: string,
  token: string,
  ageMs: number,
): Promise<Buffer> {
  const [seconds = 0] = await raw.time();
  const seal = createSeal({
    upstream: new URL(dingtalk.url).origin,
    app: sandboxCredentials.appKey,
    secret: sandboxCredentials.appSecret,
  });
  const fetchedAtRedisMs = seconds * 1000 - ageMs;
  return seal.close(key, JSON.stringify({ token, lifeMs, fetchedAtRedisMs }));
}

test.each([
  ['older than its life', lifeMs + 1],
  ['an hour in the future', -3_600_000],
])('a token %s, stored again for two hours, is not used', async (_what, ageMs) => {
  await using replicas = await setUp();
  await (await replicas.start()).query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  const old = await sealedToken(replicas, key, 'an-old-token', ageMs);
  await replicas.raw.set(key, old, 'PX', lifeMs);
  replicas.dingtalk.clearCalls();

  const { body } = await (await replicas.start()).query(lookup, example);

  expect(body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
  const sent = replicas.dingtalk
    .callsTo('conversationSpace')
    .map(({ headers }) => headers['x-acs-dingtalk-access-token']);
  expect(sent).not.toContain('an-old-token');
});

test('a token stored again for longer lives as long as its sealed time says', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  await (await replicas.start()).query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  const token = String(
    replicas.dingtalk.callsTo('conversationSpace')[0]?.headers['x-acs-dingtalk-access-token'],
  );
  const leftMs = 600_000;
  await replicas.raw.set(key, await sealedToken(replicas, key, token, lifeMs - leftMs), 'PX', lifeMs);
  const second = await replicas.start();
  await second.query(lookup, example);
  replicas.dingtalk.clearCalls();

  await pass(leftMs + 1, clock);
  await replicas.raw.flushall();
  const { body } = await second.query(lookup, example);

  expect(body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(1);
});

test('a value sealed by another version of the gateway is not used', async () => {
  await using replicas = await setUp();
  await (await replicas.start()).query(lookup, example);
  const key = await keyOf(replicas.raw, 'token');
  const seal = createSeal({
    upstream: new URL(replicas.dingtalk.url).origin,
    app: sandboxCredentials.appKey,
    secret: sandboxCredentials.appSecret,
  });
  await replicas.raw.set(key, seal.close(key, '{"value":"text"}'), 'PX', lifeMs);

  const { body } = await (await replicas.start()).query(lookup, example);

  expect(body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(2);
});

test('a token requested while Redis was down is stored with its time, or not at all', async () => {
  const clock = createManualClock();
  await using replicas = await setUp(clock);
  await replicas.redis.stop();
  const gateway = await replicas.start();
  replicas.dingtalk.setLatency(300, 'accessToken');
  const pending = gateway.query(lookup, example);
  await replicas.dingtalk.waitForCalls('accessToken', 1);
  await replicas.redis.start();

  expect((await pending).body).toEqual(found);
  const [key] = await replicas.raw.keys('dingtalk-gateway:token:*');
  const second = await (await replicas.start()).query(lookup, example);

  expect(second.body).toEqual(found);
  expect(replicas.dingtalk.callsTo('accessToken')).toHaveLength(key === undefined ? 2 : 1);
});

const tokensAt = ({ callsTo }: Sandbox): readonly unknown[] =>
  callsTo('conversationSpace').map(({ headers }) => headers['x-acs-dingtalk-access-token']);

test('gateways with different upstreams share neither token nor rate limit nor entries', async () => {
  await using replicas = await setUp();
  const other = await startSandbox({ callsPerSecond: Infinity });
  const environment = { ...remembering, DINGTALK_QPS: '2' };
  const one = await replicas.start({ environment });
  const two = await replicas.start({ environment: { ...environment, DINGTALK_API_URL: other.url } });
  const upstreams = [replicas.dingtalk, other] as const;

  const first = await one.query(lookup, example);
  await keyOf(replicas.raw, 'token');
  await keyOf(replicas.raw, 'lookup');
  const second = await two.query(lookup, example);
  await eventually(async () => (await replicas.raw.keys('dingtalk-gateway:token:*')).length === 2);
  await eventually(async () => (await replicas.raw.keys('dingtalk-gateway:replicas:*')).length === 2);

  expect([first.body, second.body]).toEqual([found, found]);
  for (const { callsTo } of upstreams) {
    expect([callsTo('accessToken').length, callsTo('conversationSpace').length]).toEqual([1, 1]);
  }
  expect(tokensAt(replicas.dingtalk)).not.toEqual(tokensAt(other));
  // The rate limit of token calls and that of the lookup.
  for (const [what, count] of Object.entries({ token: 2, lookup: 2, budget: 4, replicas: 2 })) {
    expect([what, (await replicas.raw.keys(`dingtalk-gateway:${what}:*`)).length]).toEqual([what, count]);
  }
  for (const key of await replicas.raw.keys('dingtalk-gateway:replicas:*')) {
    expect(await replicas.raw.zcard(key)).toBe(1);
  }
  await other.close();
});
