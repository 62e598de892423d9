import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { remembering } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, testWithRedis as test, type RedisServer } from '../support/redis-server.ts';
import { startGateway, type Answer, type GatewayUnderTest } from '../support/start-gateway.ts';

const id = 'cid.demo.hot';
const query = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId corpId } }';

interface Replicas extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly client: Client;
  readonly upstream: Sandbox;
  readonly gateways: readonly GatewayUnderTest[];
  /** The name of the one entry in Redis, once it is stored. */
  storedName(): Promise<string>;
  /** Whether a lookup is being asked for. */
  hasLease(): Promise<boolean>;
}

/** Commands have a second instead of 50 ms: on a busy machine Redis must not look lost. `skippedMs` is added to the time. */
function patientClock(): Clock & { skippedMs: number } {
  const clock = {
    ...systemClock,
    skippedMs: 0,
    nowMs: () => systemClock.nowMs() + clock.skippedMs,
    after: (delayMs: number, task: () => void) => systemClock.after(delayMs === 50 ? 1000 : delayMs, task),
  };
  return clock;
}

/** Replicas of one application over one DingTalk and one Redis, connected to it. */
async function startReplicas(count: number, clock: Clock = patientClock()): Promise<Replicas> {
  const redis = await startRedis();
  const client = new Client(redis.url);
  client.on('error', () => undefined);
  const upstream = await startSandbox({ callsPerSecond: Infinity });
  const environment = {
    ...remembering,
    DINGTALK_API_URL: upstream.url,
    REDIS_URL: redis.url,
    UPSTREAM_TIMEOUT_MS: '8000',
  };
  const gateways: GatewayUnderTest[] = [];
  for (let one = 0; one < count; one += 1) gateways.push(await startGateway({ environment, clock }));
  let warmUps = 0;
  for (const gateway of gateways) {
    await eventually(async () => {
      warmUps += 1;
      await gateway.query(query, { id: `cid.demo.warming-up-${warmUps}` });
      return (await client.dbsize()) > 0 && (await client.keys('*:lookup:*')).length > 0;
    });
    await client.flushall();
  }
  upstream.clearCalls();
  return {
    redis,
    client,
    upstream,
    gateways,
    async storedName() {
      let names: string[] = [];
      await eventually(async () => (names = await client.keys('*:lookup:*')).length === 1);
      return names[0] ?? '';
    },
    hasLease: async () => (await client.keys('*:lease:*')).length > 0,
    async [Symbol.asyncDispose]() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      client.disconnect();
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const callsOf = (upstream: Sandbox): number => upstream.callsTo('conversationSpace').length;
const bodiesOf = (answers: readonly Answer[]): string[] => answers.map(({ body }) => JSON.stringify(body));
const askAll = (gateways: readonly GatewayUnderTest[], of = id): Promise<Answer[]> =>
  Promise.all(gateways.map((gateway) => gateway.query(query, { id: of })));

test('replicas that are asked for the same at once make one call', async () => {
  await using replicas = await startReplicas(3);
  const { upstream, gateways } = replicas;
  upstream.setLatency(100, 'conversationSpace');

  const answers = await askAll([...gateways, ...gateways]);

  expect(answers[0]?.body.data.conversationSpace.spaceId).toMatch(/^\d+$/);
  expect(new Set(bodiesOf(answers)).size).toBe(1);
  expect(callsOf(upstream)).toBe(1);
  await eventually(async () => !(await replicas.hasLease()));
});

test.each(['conversationNotExist', 'paramError.conversationId'] as const)(
  'a refusal reaches those who wait for it: %s',
  async (code) => {
    await using replicas = await startReplicas(3);
    const { upstream, gateways } = replicas;
    upstream.setLatency(100, 'conversationSpace');
    upstream.addFault('conversationSpace', { kind: 'error', code }, 1);

    const answers = await askAll(gateways);

    expect(answers[0]?.body.errors).toHaveLength(1);
    expect(new Set(bodiesOf(answers)).size).toBe(1);
    expect(callsOf(upstream)).toBe(1);
  },
);

test('a stale entry is revalidated by one replica, while all serve it', async () => {
  const clock = patientClock();
  await using replicas = await startReplicas(3, clock);
  const { client, upstream, gateways } = replicas;
  const fresh = await askAll(gateways);
  clock.skippedMs += 60_000;
  const key = await replicas.storedName();
  const held = (await client.getBuffer(key)) ?? Buffer.alloc(0);
  const older = String(Number(held.subarray(0, 13)) - 60_000);
  await client.set(key, Buffer.concat([Buffer.from(older), held.subarray(13)]), 'KEEPTTL');
  upstream.setLatency(200, 'conversationSpace');

  const stale = [...(await askAll(gateways)), ...(await askAll(gateways))];
  await upstream.waitForCalls('conversationSpace', 2);
  await eventually(async () => !(await replicas.hasLease()));
  await eventually(async () => {
    const answers = await Promise.all(
      gateways.map((gateway) => gateway.query(query, { id }, { 'x-explain': '1' })),
    );
    return answers.every(({ body }) => (JSON.stringify(body).match(/"ageMs":(\d+)/)?.[1] ?? '').length < 5);
  });

  expect(new Set(bodiesOf([...fresh, ...stale])).size).toBe(1);
  expect(callsOf(upstream)).toBe(2);
});

test('a replica that waits for a call that fails, calls', async () => {
  await using replicas = await startReplicas(3);
  const { upstream, gateways } = replicas;
  upstream.setLatency(100, 'conversationSpace');
  upstream.addFault('conversationSpace', { kind: 'error', code: 'unknownError' }, 1);
  upstream.addFault('conversationSpace', { kind: 'answer', status: 200, body: 'no JSON' }, 1);

  const answers = await askAll(gateways);

  const codes = answers.map(({ body }) => body.errors?.[0]?.extensions.code);
  expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(2);
  expect(callsOf(upstream)).toBeLessThanOrEqual(5);
});

test('a replica that died lets one of the others ask after two seconds', async () => {
  await using replicas = await startReplicas(3);
  const { client, upstream, gateways } = replicas;
  const [one, ...others] = gateways;
  await one?.query(query, { id: 'cid.demo.other' });
  const lease = (await replicas.storedName()).replace(':lookup:', ':lease:');
  await client.flushall();
  upstream.clearCalls();
  upstream.setLatency(200, 'conversationSpace');
  await client.set(lease, 'dead:1', 'PX', 2000);

  const waiting = askAll(others, 'cid.demo.other');
  await client.pexpire(lease, 100);
  const answers = await waiting;

  expect(answers.map(({ body }) => body.errors)).toEqual([undefined, undefined]);
  expect(callsOf(upstream)).toBe(1);
  await eventually(async () => !(await replicas.hasLease()));
});

test('the lease of a long call is prolonged', async () => {
  await using replicas = await startReplicas(2);
  const { client, upstream, gateways } = replicas;
  upstream.setLatency(3000, 'conversationSpace');

  const answers = askAll(gateways);
  await upstream.waitForCalls('conversationSpace', 1);
  const [lease = ''] = await client.keys('*:lease:*');
  // Otherwise it would never get longer again.
  let leftMs = await client.pttl(lease);
  await eventually(async () => {
    const [beforeMs, nowMs] = [leftMs, await client.pttl(lease)];
    leftMs = nowMs;
    return nowMs > beforeMs + 100;
  });

  expect(new Set(bodiesOf(await answers)).size).toBe(1);
  expect(callsOf(upstream)).toBe(1);
});

test('when Redis is lost while a replica waits, it calls for itself', async () => {
  await using replicas = await startReplicas(2);
  const { redis, upstream, gateways } = replicas;
  upstream.setLatency(1000, 'conversationSpace');

  const answers = askAll(gateways);
  await upstream.waitForCalls('conversationSpace', 1);
  await redis.stop();

  expect(new Set(bodiesOf(await answers)).size).toBe(1);
  expect(callsOf(upstream)).toBe(2);
});

test('a client that leaves ends the call, and another replica asks', async () => {
  await using replicas = await startReplicas(2);
  const { upstream, gateways } = replicas;
  const [one, other] = gateways;
  upstream.setLatency(1000, 'conversationSpace');
  const leaving = new AbortController();
  const left = one?.query(query, { id }, {}, leaving.signal).catch(() => 'left');
  await upstream.waitForCalls('conversationSpace', 1);
  upstream.setLatency(0, 'conversationSpace');

  const waiting = other?.query(query, { id });
  leaving.abort();

  expect(await left).toBe('left');
  expect((await waiting)?.body.errors).toBeUndefined();
  expect(callsOf(upstream)).toBe(2);
});

const files = (...ids: readonly string[]): string =>
  `{ dentries(spaceId: "798xxxxx", dentryIds: ${JSON.stringify(ids)}) { dentryId name } }`;

test('files that another replica asks for hold up no other file of the request', async () => {
  await using replicas = await startReplicas(2);
  const { upstream, gateways } = replicas;
  const [one, other] = gateways;
  upstream.setLatency(1000, 'dentriesBatch');
  const first = one?.query(files('2001', '2005'));
  await upstream.waitForCalls('dentriesBatch', 1);

  const second = other?.query(files('2005', '2012'));
  await upstream.waitForCalls('dentriesBatch', 2);
  const bodies = [(await first)?.body, (await second)?.body];

  expect(bodies.map((body) => body?.errors)).toEqual([undefined, undefined]);
  expect(bodies.flatMap((body) => body?.data.dentries.map((one: any) => one.dentryId))).toEqual([
    '2001',
    '2005',
    '2005',
    '2012',
  ]);
  const asked = upstream.callsTo('dentriesBatch').map(({ body }) => JSON.stringify(body));
  expect(asked).toHaveLength(2);
  expect(asked[1]).not.toContain('2005');
});

test.each([
  ['of another type', (client: Client, lease: string) => client.rpush(lease, 'x')],
  ['without an end', (client: Client, lease: string) => client.set(lease, 'forever')],
  ['with a late end', (client: Client, lease: string) => client.set(lease, 'late', 'PX', 3_600_000)],
] as const)('a lease %s holds up nobody', async (_what, plant) => {
  await using replicas = await startReplicas(2);
  const { client, upstream, gateways } = replicas;
  await askAll(gateways.slice(0, 1));
  const key = await replicas.storedName();
  await client.del(key);
  await plant(client, key.replace(':lookup:', ':lease:'));
  upstream.clearCalls();

  const answers = await askAll(gateways.slice(1));

  expect(answers[0]?.body.errors).toBeUndefined();
  expect(callsOf(upstream)).toBe(1);
});
