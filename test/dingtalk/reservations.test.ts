import { afterEach, expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import { systemClock, type Clock } from '../../src/async/clock.ts';
import { Deadline } from '../../src/async/deadline.ts';
import { createDingTalk, type DingTalkConnection } from '../../src/dingtalk/dingtalk.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';
import { dentryEndpoint } from '../../src/graph/dentry/dentry.endpoint.ts';
import { RedisUnavailableError } from '../../src/redis/redis-unavailable-error.ts';
import type { Redis } from '../../src/redis/redis.ts';
import { createSealedRedis, sealRedis, type SealedRedis } from '../../src/redis/sealed-redis.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis } from '../support/redis-server.ts';
import { silentObserver } from '../support/silent-observer.ts';

const { appKey, appSecret, operatorUnionId } = sandboxCredentials;
const viewer = { unionId: operatorUnionId };
const inputOf = (name: number | string) => ({ openConversationId: `cid.demo.${name}` });
const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
const aSpace = {
  spaceId: expect.stringMatching(/^\d+$/),
  corpId: 'ding1234xxxxx',
  createTime: time,
  modifiedTime: time,
};

/** On a busy machine Redis must not look unreachable. */
const patientClock: Clock = {
  ...systemClock,
  after: (delayMs, task) => systemClock.after(delayMs === 50 ? 5000 : delayMs, task),
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface UnderTest {
  readonly dingtalk: DingTalkConnection;
  readonly upstream: Sandbox;
  readonly raw: Client;
  readonly clock: ReturnType<typeof createManualClock>;
  /** A lookup's claim; with `ours` it succeeds. */
  claim(ours?: boolean): Promise<unknown>;
  /** Claims, asks with the slot that was reserved with it, and gives that back. */
  lookUp(name: number | string, options?: { ours?: boolean; client?: AbortSignal }): Promise<unknown>;
  /** Slots in Redis: those whose call is under way, and all, with those of the last second. */
  slots(): Promise<{ readonly held: number; readonly all: number }>;
  scripts(): Promise<number>;
}

async function start({
  callsPerSecond = 20,
  wrap = (redis: Redis) => redis,
  maxMs = 6000,
} = {}): Promise<UnderTest> {
  const clock = createManualClock();
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const upstream = await startSandbox({ callsPerSecond: Infinity, nowMs: () => clock.nowMs() });
  ends.push(() => upstream.close());
  const seal = createSeal({ upstream: upstream.url, app: appKey, secret: appSecret });
  const log = pino({ level: 'silent' });
  const connected = await createSealedRedis(new URL(redis.url), seal, { log, clock: patientClock });
  ends.push(() => connected.redis.close());
  await connected.redis.opened(5000);
  const sealedRedis: SealedRedis = sealRedis(wrap(connected.redis), seal);
  const dingtalk = createDingTalk({
    apiUrl: new URL(upstream.url),
    app: { kind: 'internal', appKey, appSecret },
    callsPerSecond,
    timeoutMs: maxMs,
    protectHost: true,
    sealedRedis,
    clock,
    random: () => 0,
    observer: silentObserver,
    onEarlyRefreshFailed: () => undefined,
  });
  ends.push(() => dingtalk.close());
  const raw = new Client(redis.url);
  ends.push(() => raw.disconnect());
  const claimOperation = sealedRedis.trip.define('claim', `notes.isOurs = args[1] == 'ours' return 1`);
  const claim = (ours = true): Promise<unknown> => claimOperation([], [ours ? 'ours' : 'no']);
  const key = seal.lastingKeyOf('budget', 'conversationSpace');
  return {
    dingtalk,
    upstream,
    raw,
    clock,
    claim,
    async lookUp(name, { ours = true, client } = {}) {
      using deadline = new Deadline(clock, maxMs, client);
      const claimed = claim(ours);
      const reserved = dingtalk.reserve(conversationSpaceEndpoint, viewer);
      try {
        await claimed.catch(() => undefined);
        return await dingtalk.call(conversationSpaceEndpoint, inputOf(name), viewer, { deadline, reserved });
      } finally {
        reserved?.giveBack();
      }
    },
    async slots() {
      // Those of ended calls end within a second and a millisecond.
      const held = await raw.zcount(key, Date.now() + 3000, '+inf');
      return { held, all: await raw.zcard(key) };
    },
    async scripts() {
      const stats = await raw.info('commandstats');
      const counts = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
      return counts.reduce((sum, [, count]) => sum + Number(count), 0);
    },
  };
}

/** Has a token, which is stored in Redis. */
async function prepare(under: UnderTest): Promise<void> {
  await under.lookUp('first');
  await eventually(async () => {
    const keys = await under.raw.keys('*:token:*');
    return (
      keys.length === 1 &&
      (await under.raw.get(keys[0]!)) !== null &&
      !(await under.raw.exists(...(await under.raw.keys('*:token-lock:*')), 'none'))
    );
  });
  await noneHeld(under);
}

const noneHeld = ({ slots }: UnderTest) => eventually(async () => (await slots()).held === 0);

testWithRedis('a lookup claims and takes its slot in one round trip', async () => {
  const under = await start();
  await prepare(under);
  const before = await under.scripts();

  const answer = await under.lookUp('a');

  expect(answer).toEqual(aSpace);
  await noneHeld(under);
  // One to claim and to take the slot, one to release it.
  expect((await under.scripts()) - before).toBe(2);
  expect((await under.slots()).all).toBe(2);
});

testWithRedis('a lookup that another process has claimed takes no slot', async () => {
  const under = await start();
  const claimed = under.claim(false);
  const reserved = under.dingtalk.reserve(conversationSpaceEndpoint, viewer);
  await claimed;
  expect(await under.slots()).toEqual({ held: 0, all: 0 });

  // Asked all the same, it takes its own turn.
  using deadline = new Deadline(under.clock, 6000);
  const options = { deadline, reserved };
  const answer = await under.dingtalk.call(conversationSpaceEndpoint, inputOf('b'), viewer, options);

  expect(answer).toEqual(aSpace);
  expect((await under.slots()).all).toBe(1);
});

testWithRedis('25 calls of one turn take their slots in one round trip', async () => {
  const under = await start({ callsPerSecond: 50 });
  await prepare(under);
  under.upstream.addFault('conversationSpace', { kind: 'hang' });
  const before = await under.scripts();

  const client = new AbortController();
  using deadline = new Deadline(under.clock, 6000, client.signal);
  const calls = Array.from({ length: 25 }, (_, at) =>
    under.dingtalk.call(conversationSpaceEndpoint, inputOf(at), viewer, { deadline }),
  );
  const ended = Promise.allSettled(calls);
  await eventually(async () => (await under.slots()).held >= 15);
  const taken = await under.scripts();
  client.abort(new Error('gone'));
  await ended;

  expect(taken - before).toBe(1);
  await noneHeld(under);
});

testWithRedis('a slot that no call has used is free at once, and no other is touched', async () => {
  const under = await start();
  const first = under.dingtalk.reserve(conversationSpaceEndpoint, viewer);
  const [claimed, second] = [under.claim(), under.dingtalk.reserve(conversationSpaceEndpoint, viewer)];
  await claimed;
  expect([first !== undefined, second !== undefined, await under.slots()]).toEqual([
    true,
    true,
    { held: 1, all: 1 },
  ]);

  second?.giveBack();
  second?.giveBack();
  await noneHeld(under);
  expect(await under.slots()).toEqual({ held: 0, all: 0 });

  const again = under.claim();
  const early = under.dingtalk.reserve(conversationSpaceEndpoint, viewer);
  early?.giveBack();
  await again;
  await eventually(async () => (await under.slots()).all === 0);
  first?.giveBack();
});

testWithRedis('"no slot left" is the answer of the first take: no second round trip', async () => {
  const under = await start({ callsPerSecond: 1 });
  await prepare(under);
  // The window of this process is free again, and another process has the slot.
  under.clock.advance(1000);
  await eventually(async () => (await under.raw.keys('*replicas*')).length === 1);
  await under.raw.del(...(await under.raw.keys('*budget*')));
  const key = createSeal({
    upstream: under.upstream.url,
    app: appKey,
    secret: appSecret,
  }).lastingKeyOf('budget', 'conversationSpace');
  await under.raw.zadd(key, Date.now() + 5000, 'of another process');
  const before = await under.scripts();

  const answer = under.lookUp('late', {});
  await eventually(async () => (await under.scripts()) > before);
  await under.raw.zrem(key, 'of another process');
  for (let at = 0; at < 20; at += 1) await new Promise(setImmediate);
  expect((await under.scripts()) - before).toBe(1);
  under.clock.advance(1000);

  expect(await answer).toEqual(aSpace);
});

testWithRedis('a reserved slot goes to the call whose turn it is', async () => {
  const under = await start({ callsPerSecond: 1 });
  await prepare(under);
  under.clock.advance(1000);
  await under.raw.del(...(await under.raw.keys('*budget*')));
  const claimed = under.claim();
  const reserved = under.dingtalk.reserve(conversationSpaceEndpoint, viewer);
  await claimed;

  // Comes first, and finds the only slot reserved.
  using deadline = new Deadline(under.clock, 6000);
  const first = under.dingtalk.call(conversationSpaceEndpoint, inputOf('first'), viewer, { deadline });
  for (let at = 0; at < 20; at += 1) await new Promise(setImmediate);
  expect(under.upstream.callsTo('conversationSpace')).toHaveLength(1);
  const second = under.dingtalk.call(conversationSpaceEndpoint, inputOf('second'), viewer, {
    deadline,
    reserved,
  });

  expect(await first).toEqual(aSpace);
  expect(under.upstream.callsTo('conversationSpace')).toHaveLength(2);
  reserved?.giveBack();
  await eventually(async () => {
    under.clock.advance(20);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return under.upstream.callsTo('conversationSpace').length === 3;
  });
  expect(await second).toEqual(aSpace);
});

test('without Redis nothing is reserved', () => {
  const clock = createManualClock();
  const dingtalk = createDingTalk({
    apiUrl: new URL('https://api.dingtalk.test'),
    app: { kind: 'internal', appKey, appSecret },
    callsPerSecond: 20,
    timeoutMs: 5000,
    protectHost: true,
    sealedRedis: undefined,
    clock,
    random: () => 0,
    observer: silentObserver,
    onEarlyRefreshFailed: () => undefined,
  });

  expect(dingtalk.reserve(conversationSpaceEndpoint, viewer)).toBeUndefined();
});

testWithRedis('nothing is reserved for an endpoint with a batch form', async () => {
  const { dingtalk } = await start();

  expect(dingtalk.reserve(dentryEndpoint, viewer)).toBeUndefined();
});

const failing = 9;
testWithRedis.each<[string, (under: UnderTest) => Promise<unknown>]>([
  [
    'the breaker is open',
    async ({ upstream, lookUp, clock }) => {
      upstream.addFault('conversationSpace', { kind: 'html', status: 502 });
      const lookups = Array.from({ length: failing + 3 }, (_, at) => lookUp(at).catch(() => undefined));
      let isDone = false;
      const all = Promise.all(lookups).finally(() => (isDone = true));
      while (!isDone) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        clock.advance(50);
      }
      await all;
    },
  ],
  [
    'DingTalk has banned this address',
    async ({ upstream, lookUp }) => {
      upstream.addFault('conversationSpace', { kind: 'ip-ban' }, 1);
      await lookUp('banned').catch(() => undefined);
    },
  ],
  [
    "the month's quota is spent",
    async ({ upstream, lookUp }) => {
      const code = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
      upstream.addFault('conversationSpace', { kind: 'error', code }, 1);
      await lookUp('spent').catch(() => undefined);
    },
  ],
])('nothing is reserved while %s', async (_what, prepare) => {
  const under = await start({ callsPerSecond: 1000 });
  expect(under.dingtalk.reserve(conversationSpaceEndpoint, viewer)?.giveBack()).toBeUndefined();
  await prepare(under);

  expect(under.dingtalk.reserve(conversationSpaceEndpoint, viewer)).toBeUndefined();
  await noneHeld(under);
});

testWithRedis.each<[string, (under: UnderTest) => Promise<unknown>]>([
  [
    'of a client that left before the call',
    ({ lookUp }) => lookUp('gone', { client: AbortSignal.abort(new Error('gone')) }),
  ],
  [
    'of a client that leaves during the call',
    async ({ lookUp, upstream }) => {
      const client = new AbortController();
      upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
      const left = lookUp('leaving', { client: client.signal });
      await upstream.waitForCalls('conversationSpace', 2);
      client.abort(new Error('gone'));
      return left;
    },
  ],
  [
    'without a token',
    async ({ lookUp, upstream }) => {
      upstream.expireTokens();
      upstream.addFault('accessToken', { kind: 'error', code: 'InvalidAuthentication' }, 1);
      return lookUp('no token');
    },
  ],
  [
    'refused by a gate',
    async ({ claim, dingtalk, upstream, lookUp, clock }) => {
      const claimed = claim();
      const reserved = dingtalk.reserve(conversationSpaceEndpoint, viewer);
      await claimed;
      const code = 'Forbidden.AccessDenied.ApiCountLimitForOrg';
      upstream.addFault('conversationSpace', { kind: 'error', code }, 1);
      await lookUp('spent').catch(() => undefined);
      using deadline = new Deadline(clock, 6000);
      const options = { deadline, reserved };
      return dingtalk
        .call(conversationSpaceEndpoint, inputOf('refused'), viewer, options)
        .finally(() => reserved?.giveBack());
    },
  ],
  [
    'that fails at DingTalk',
    ({ lookUp, upstream }) => {
      upstream.addFault('conversationSpace', { kind: 'error', code: 'permissionDenied' }, 1);
      return lookUp('refused');
    },
  ],
])('no slot is kept by a lookup %s', async (_what, fail) => {
  const under = await start();
  await prepare(under);

  await expect(fail(under)).rejects.toThrow();

  await noneHeld(under);
});

testWithRedis('no slot is kept by a lookup whose answer of Redis is lost', async () => {
  let isLost = false;
  const under = await start({
    wrap: (redis) => ({
      ...redis,
      async run(command) {
        const answer = await redis.run(command);
        if (isLost) throw new RedisUnavailableError('late');
        return answer;
      },
    }),
  });
  await prepare(under);

  isLost = true;
  expect(await under.lookUp('lost')).toEqual(aSpace);

  await noneHeld(under);
});
