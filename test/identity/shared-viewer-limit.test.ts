import { afterAll, beforeAll, expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';

const perSecond = 5;
const costMs = 1000 / perSecond;

interface Replica extends GatewayUnderTest {
  readonly clock: ManualClock;
  ask(viewer: string): Promise<Answer>;
}

/** One DingTalk for all: what gateways of different hosts store has different names. */
let upstream: Sandbox;
beforeAll(async () => {
  upstream = await startSandbox();
});
afterAll(() => upstream.close());

/** Its clock stands still: only Redis's runs, and a time limit ends when a test advances the clock. */
async function startReplica(redisUrl: string, environment: NodeJS.ProcessEnv = {}): Promise<Replica> {
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: {
      DINGTALK_API_URL: upstream.url,
      VIEWER_AUTH: 'router',
      ROUTER_SECRET: 'secret',
      VIEWER_RPS: String(perSecond),
      REDIS_URL: redisUrl,
      ...environment,
    },
  });
  const ask = (viewer: string): Promise<Answer> =>
    gateway.query('{ __typename }', {}, { 'x-router-secret': 'secret', 'x-dingtalk-union-id': viewer });
  return { ...gateway, clock, ask };
}

async function startReplicas(count: number, redisUrl: string) {
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(redisUrl)));
  await Promise.all(replicas.map(({ ask }, at) => ask(`warming-up-${at}`)));
  return {
    replicas,
    [Symbol.asyncDispose]: async () => void (await Promise.all(replicas.map(({ close }) => close()))),
  };
}

function connect(url: string): Client & AsyncDisposable {
  const client = new Client(url);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() });
}

const namesIn = (client: Client): Promise<string[]> => client.keys('*:requests:*');
const scriptsRun = async (client: Client): Promise<number> =>
  [...(await client.info('commandstats')).matchAll(/cmdstat_evalsha:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );

/** Lets time pass in Redis, by making what it holds older. A replica's own clock and what it knows stay. */
async function passTime(ms: number, client: Client): Promise<void> {
  for (const name of await namesIn(client)) {
    const [at, ...rest] = (await client.get(name))?.split(' ') ?? [];
    if (at) await client.set(name, [Number(at) - ms, ...rest].join(' '), 'KEEPTTL');
  }
}

const admittedOf = (answers: readonly (Answer | undefined)[]): number =>
  answers.filter((answer) => answer?.status === 200).length;
const retryAfterMsOf = ({ body }: Answer): number => body.errors?.[0]?.extensions.retryAfterMs ?? 0;

/** What `work` returns; undefined if Redis's clock meanwhile went on by what one request costs, or by what `work` allows. */
async function atOnce<T>(
  client: Client,
  work: (allow: (ms: number) => void) => Promise<T>,
): Promise<T | undefined> {
  let allowedMs = costMs;
  const fromMs = await redisMs(client);
  const result = await work((ms) => (allowedMs = Math.min(allowedMs, ms)));
  return (await redisMs(client)) - fromMs < allowedMs ? result : undefined;
}

async function redisMs(client: Client): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}

async function retried<T>(attempt: (viewer: string) => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 25; tries += 1) {
    const result = await attempt(`viewer-${tries}`);
    if (result !== undefined) return result;
  }
  throw new Error('This machine is too slow for requests at once');
}

test('60 requests at once to three replicas: exactly VIEWER_RPS are admitted, and one more after retryAfterMs', async () => {
  await using server = await startRedis();
  await using client = connect(server.url);
  await using four = await startReplicas(4, server.url);
  const [fourth, ...replicas] = four.replicas;

  const { answers, again } = await retried((viewer) =>
    atOnce(client, async (allow) => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => replicas.map(({ ask }) => ask(viewer))).flat(),
      );
      const retryAfterMs = Math.max(...answers.map(retryAfterMsOf));
      await passTime(retryAfterMs, client);
      // Later, a second one is free.
      allow(2 * costMs - retryAfterMs - 2);
      const again = await Promise.all(Array.from({ length: 3 }, async () => fourth?.ask(viewer)));
      return { answers, again };
    }),
  );

  expect([admittedOf(answers), admittedOf(again)]).toEqual([perSecond, 1]);
  for (const { status, headers, body } of answers.filter((answer) => answer.status !== 200)) {
    const retryAfterMs = body.errors?.[0]?.extensions.retryAfterMs;
    expect([status, headers.get('retry-after'), body]).toEqual([
      429,
      '1',
      {
        errors: [
          {
            message: 'Too many requests: wait retryAfterMs and try again.',
            extensions: {
              code: 'RATE_LIMITED',
              retryable: true,
              retryAfterMs,
              limit: 5,
              asked: 6,
              variable: 'VIEWER_RPS',
            },
          },
        ],
      },
    ]);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(costMs);
  }
});

test('what a replica knows to be too many does not reach Redis, and neither does anything without VIEWER_RPS', async () => {
  await using server = await startRedis();
  await using client = connect(server.url);
  await using three = await startReplicas(1, server.url);
  const [one] = three.replicas;
  await using unlimited = await startReplica(server.url, { VIEWER_RPS: undefined });
  const before = await scriptsRun(client);
  const fromMs = await redisMs(client);

  const answers = await Promise.all(Array.from({ length: 100 }, async () => one?.ask('chy')));
  for (let request = 0; request < 50; request += 1) answers.push(await one?.ask('chy'));
  await Promise.all(Array.from({ length: 20 }, () => unlimited.ask('chy')));

  const scripts = (await scriptsRun(client)) - before;
  // One more for each `costMs` that it took.
  const freed = Math.floor(((await redisMs(client)) - fromMs) / costMs);
  expect(admittedOf(answers)).toBeGreaterThanOrEqual(perSecond);
  expect(admittedOf(answers)).toBeLessThanOrEqual(perSecond + freed);
  expect(scripts).toBeLessThanOrEqual(perSecond + freed);
});

test('viewers, and clients of one viewer, are counted apart', async () => {
  await using server = await startRedis();
  const keys = {
    VIEWER_AUTH: 'fixed',
    GATEWAY_API_KEYS: 'web=the-key-of-the-web,batch=the-key-of-the-batch',
  };
  await using one = await startReplica(server.url, { VIEWER_RPS: '1', ...keys });
  await using other = await startReplica(server.url, { VIEWER_RPS: '1', ...keys });
  const web = { 'x-api-key': 'the-key-of-the-web' };
  const batch = { 'x-api-key': 'the-key-of-the-batch' };

  const answers = [
    await one.query('{ __typename }', {}, web),
    await other.query('{ __typename }', {}, web),
    await other.query('{ __typename }', {}, batch),
    await one.query('{ __typename }', {}, batch),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 429, 200, 429]);
});

test('Redis killed in between: each replica goes on from what it knows, and they count together again', async () => {
  await using server = await startRedis();
  await using three = await startReplicas(3, server.url);
  const { replicas } = three;
  const [one] = replicas;
  const first = await Promise.all(Array.from({ length: perSecond }, async () => one?.ask('chy')));
  expect(first.map((answer) => answer?.status)).toEqual(Array(perSecond).fill(200));

  await server.stop();
  const alone = await Promise.all(
    replicas.map(async ({ ask }) => Promise.all(Array.from({ length: 20 }, () => ask('chy')))),
  );
  expect(alone.map(admittedOf)).toEqual([0, perSecond, perSecond]);

  await server.start();
  await using client = connect(server.url);
  const isCounted = async (ask: Replica['ask'], at: number): Promise<boolean> => {
    await ask(`back-${at}`);
    return (await namesIn(client)).length > 0;
  };
  for (const [at, { ask, clock }] of replicas.entries()) {
    await client.flushall();
    while (!(await isCounted(ask, at))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      clock.advance(1000);
    }
  }
  const together = await retried((viewer) =>
    atOnce(client, () =>
      Promise.all(Array.from({ length: 10 }, () => replicas.map(({ ask }) => ask(`again-${viewer}`))).flat()),
    ),
  );
  expect(admittedOf(together)).toBe(perSecond);
});

test('a Redis that does not answer is waited for 50 ms once, and then each replica counts for itself', async () => {
  await using fake = await startFakeRedis({ EVAL: () => undefined });
  await using replica = await startReplica(`redis://127.0.0.1:${fake.port}`);

  const waiting = Array.from({ length: perSecond }, () => replica.ask('chy'));
  await replica.clock.waitForTimer(50);
  const more = await replica.ask('chy');
  await new Promise((resolve) => setTimeout(resolve, 50));
  replica.clock.advance(50);
  const answers = await Promise.all(waiting);
  const resting = await Promise.all(Array.from({ length: 20 }, () => replica.ask('lin')));

  // The last command of the end is not waited for.
  fake.setReplies({ EVAL: (socket) => socket.destroy() });

  expect([more.status, ...answers.map(({ status }) => status)]).toEqual([429, 200, 200, 200, 200, 200]);
  expect(admittedOf(resting)).toBe(perSecond);
});

test.each([
  ['refuses scripts', '-NOPERM this user has no permissions to run the command\r\n'],
  ['answers something else', '+OK\r\n'],
  ['answers with too few numbers', '*1\r\n*1\r\n:1\r\n'],
  ['answers with a number out of range', '*1\r\n*2\r\n:1\r\n:1000001\r\n'],
])('a Redis that %s: each replica counts for itself', async (_what, reply) => {
  await using fake = await startFakeRedis({ EVAL: reply });
  await using replica = await startReplica(`redis://127.0.0.1:${fake.port}`);

  const answers = [];
  for (let request = 0; request < 8; request += 1) answers.push(await replica.ask('chy'));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(answers.slice(perSecond).map(retryAfterMsOf)).toEqual([costMs, costMs, costMs]);
});

test.each([
  ['another type', (client: Client, name: string) => client.lpush(name, 'value')],
  ['another text', (client: Client, name: string) => client.set(name, 'x'.repeat(1000))],
  ['numbers out of range', (client: Client, name: string) => client.set(name, `${'9'.repeat(400)} 0.5`)],
])('%s under the name of an allowance is replaced', async (_what, put) => {
  await using server = await startRedis();
  await using client = connect(server.url);
  await using one = await startReplica(server.url);
  await using other = await startReplica(server.url);
  await one.ask('chy');
  const [name = ''] = await namesIn(client);

  await client.del(name);
  await put(client, name);
  const answers = await Promise.all(Array.from({ length: 3 }, () => other.ask('chy')));

  expect(admittedOf(answers)).toBe(3);
  expect(await client.get(name)).toMatch(/^\d{13} \d{3}\.\d{9}$/);
});

test('a longer use than a second is a second, and a clock of Redis that was set back costs no more', async () => {
  await using server = await startRedis();
  await using client = connect(server.url);
  await using one = await startReplica(server.url);
  await using other = await startReplica(server.url);
  await using third = await startReplica(server.url);
  await one.ask('chy');
  const [name = ''] = await namesIn(client);
  await client.set(name, `${Date.now() + 3_600_000} 99999999.0`);

  const refused = await other.ask('chy');
  await passTime(retryAfterMsOf(refused), client);
  const later = await third.ask('chy');

  expect([refused.status, retryAfterMsOf(refused), later.status]).toEqual([429, costMs, 200]);
});

const withSecret = (secret: string) => ({ VIEWER_RPS: '1', DINGTALK_APP_SECRET: secret });

test('while the secret is replaced, replicas with either order of secrets count together', async () => {
  await using server = await startRedis();
  await using before = await startReplica(server.url, withSecret('old'));
  await using onlyNew = await startReplica(server.url, withSecret('new'));
  await using oldFirst = await startReplica(server.url, withSecret('old,new'));
  await using newFirst = await startReplica(server.url, withSecret('new,old'));

  const first = await oldFirst.ask('chy');
  const further = await Promise.all([before, onlyNew, newFirst].map(({ ask }) => ask('chy')));

  expect([first, ...further].map(({ status }) => status)).toEqual([200, 429, 429, 429]);
});

test('nothing about the person is in Redis, and nothing stays', async () => {
  await using server = await startRedis();
  await using client = connect(server.url);
  await using one = await startReplica(server.url);
  await one.ask('chy');

  const [name = '', ...others] = await namesIn(client);

  expect(others).toEqual([]);
  expect(name).toMatch(/^dingtalk-gateway:requests:[\w-]{43}$/);
  expect(await client.pttl(name)).toBeLessThanOrEqual(costMs);
});
