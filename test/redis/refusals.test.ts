import { expect } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { redisUrl } from '../../src/config/redis-url.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeRedis } from '../support/fake-redis.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { testWithRedis as test } from '../support/redis-server.ts';
import { startNode, startSentinel, type RunningNode } from '../support/redis-topologies.ts';

const seal = createSeal({ upstream: 'https://api.dingtalk.test', app: 'key', secret: 'secret' });

interface Setup extends Disposable {
  readonly redis: Redis;
  readonly clock: ManualClock;
  readonly log: readonly { readonly msg: string; readonly reason?: string; readonly remedy?: string }[];
  /** Writes in the trip of a turn: `ok`, or the kind of the failure. */
  write(): Promise<string>;
}

function connectTo(url: string): Setup {
  const log: Setup['log'][number][] = [];
  const logger = createLogger('trace', { write: (line) => void log.push(JSON.parse(line)) });
  const clock = createManualClock();
  const redis = createRedis(redisUrl.parse(url), { log: logger, clock, slotKey: 'slot' });
  const { trip } = sealRedis(redis, seal);
  const operation = trip.define('write', `return redis.call('SET', keys[1], 'x').ok`);
  return {
    redis,
    clock,
    log,
    write: () =>
      operation(['key'], []).then(
        () => 'ok',
        ({ kind }) => kind,
      ),
    [Symbol.dispose]: () => redis.close(),
  };
}

const commandsOf = ({ ended }: Redis): number => (ended.get('ok') ?? 0) + (ended.get('refused') ?? 0);

interface Case {
  readonly what: string;
  readonly reason: string;
  readonly remedy?: string;
  readonly args?: readonly string[];
  readonly break: (node: RunningNode) => Promise<unknown>;
  readonly repair: (node: RunningNode) => Promise<unknown>;
}

const set =
  (name: string, value: string) =>
  ({ ask }: RunningNode): Promise<unknown> =>
    ask('CONFIG', 'SET', name, value);

const cases: readonly Case[] = [
  {
    what: 'a replica since a failover',
    reason: 'READONLY',
    remedy: 'REDIS_URL must lead to the primary',
    break: ({ ask }) => ask('REPLICAOF', '127.0.0.1', 1),
    repair: ({ ask }) => ask('REPLICAOF', 'NO', 'ONE'),
  },
  {
    what: 'a replica without its primary',
    reason: 'MASTERDOWN',
    remedy: 'REDIS_URL must lead to the primary',
    args: ['--replica-serve-stale-data', 'no'],
    break: ({ ask }) => ask('REPLICAOF', '127.0.0.1', 1),
    repair: ({ ask }) => ask('REPLICAOF', 'NO', 'ONE'),
  },
  {
    what: 'a full memory',
    reason: 'OOM',
    remedy: 'maxmemory',
    break: set('maxmemory', '100kb'),
    repair: set('maxmemory', '0'),
  },
  {
    what: 'no permission for scripts',
    reason: 'NOPERM',
    remedy: '#the-user-of-redis',
    break: ({ ask }) => ask('ACL', 'SETUSER', 'default', '-eval', '-evalsha'),
    repair: ({ ask }) => ask('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    what: 'no permission for a command in a script',
    reason: 'NOPERM',
    remedy: '#the-user-of-redis',
    break: ({ ask }) => ask('ACL', 'SETUSER', 'default', '-set'),
    repair: ({ ask }) => ask('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    what: 'no permission for the keys',
    reason: 'NOPERM',
    remedy: '#the-user-of-redis',
    break: ({ ask }) => ask('ACL', 'SETUSER', 'default', 'resetkeys', '~other:*'),
    repair: ({ ask }) => ask('ACL', 'SETUSER', 'default', 'allkeys'),
  },
  {
    what: 'the long script of another program',
    reason: 'BUSY',
    args: ['--busy-reply-threshold', '1'],
    async break(node) {
      const started = node.ask('EVAL', 'while true do end', 0).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
      void started;
    },
    repair: ({ askApart }) => askApart('SCRIPT', 'KILL'),
  },
];

test.each(cases)(
  '$what: one warning with $reason, redis_up 0, few commands, and used again',
  async ({ reason, remedy, args = [], ...the }) => {
    await using node = await startNode(...args);
    using setup = connectTo(`redis://127.0.0.1:${node.port}`);
    const { redis, clock, log, write } = setup;
    await redis.opened(5000);
    expect(await write()).toBe('ok');
    expect([await redis.isUp(), redis.answersWrongly]).toEqual([true, false]);

    await the.break(node);
    await eventually(async () => (await write()) === 'refused' && (await write()) === 'refused');
    expect(await redis.isUp()).toBe(false);
    expect(redis.answersWrongly).toBe(true);
    // Ten seconds of many lookups.
    const before = commandsOf(redis);
    for (let tenth = 0; tenth < 100; tenth += 1) {
      clock.advance(100);
      await write();
    }
    expect(commandsOf(redis) - before).toBeLessThan(30);

    await the.repair(node);
    await eventually(async () => {
      clock.advance(500);
      return (await write()) === 'ok' && (await redis.isUp());
    });
    expect(log).toMatchObject([
      {
        msg: 'Redis is unavailable: this process works from its own memory',
        reason,
        ...(remedy !== undefined && { remedy: expect.stringContaining(remedy) }),
      },
      { msg: 'Redis is available again' },
    ]);
  },
);

test('more connections than Redis takes: one warning, and used again', async () => {
  await using node = await startNode('--maxclients', '1');
  await node.ask('PING');
  using setup = connectTo(`redis://127.0.0.1:${node.port}`);

  // Its error may be lost with the connection, which it ends at once.
  await eventually(() => setup.log.length > 0);
  expect(await setup.redis.isUp()).toBe(false);
  await node.ask('CONFIG', 'SET', 'maxclients', '10');
  await eventually(async () => {
    setup.clock.advance(500);
    return (await setup.write()) === 'ok' && (await setup.redis.isUp());
  });

  expect(setup.log.map(({ msg, reason = msg }) => reason)).toEqual([
    expect.stringMatching(/^(?:max number of clients reached|EPIPE|ECONNRESET)$/),
    'Redis is available again',
  ]);
  expect(setup.log[0]).toMatchObject({ remedy: expect.stringContaining('raise maxclients') });
});

test("a Sentinel's port by redis://: one warning with the remedy", async () => {
  const sentinel = await startSentinel(1);
  using setup = connectTo(`redis://127.0.0.1:${sentinel.port}`);
  await setup.redis.opened(5000);

  for (let times = 0; times < 10; times += 1) expect(await setup.write()).toBe('refused');

  expect(await setup.redis.isUp()).toBe(false);
  expect(commandsOf(setup.redis)).toBeLessThan(10);
  expect(setup.log).toMatchObject([
    { reason: 'unknown command', remedy: expect.stringContaining('redis+sentinel://') },
  ]);
  await sentinel.stop();
});

test('a Cluster that is down: one warning', async () => {
  await using node = await startNode('--cluster-enabled', 'yes', '--cluster-port', String(await freePort()));
  using setup = connectTo(`redis+cluster://127.0.0.1:${node.port}`);

  await eventually(() => setup.log.length > 0);

  expect(await setup.redis.isUp()).toBe(false);
  expect(setup.redis.answersWrongly).toBe(true);
  expect(setup.log.map(({ reason }) => reason)).toEqual(['CLUSTERDOWN']);
});

const replies: readonly (readonly [name: string, reply: string, reason: string])[] = [
  ['a proxy without scripts', '-ERR unsupported command\r\n', 'unknown command'],
  ['another proxy without scripts', "-ERR unknown command 'evalsha'\r\n", 'unknown command'],
  ['a transaction of a proxy', '-EXECABORT Transaction discarded\r\n', 'EXECABORT'],
  ['a Redis 6 in a script', '-ERR Error running script (call to f_1): @user_script:1: -OOM no\r\n', 'OOM'],
  ['too few replicas', '-NOREPLICAS Not enough good replicas to write.\r\n', 'NOREPLICAS'],
];

test.each(replies)('%s is one warning', async (_what, reply, reason) => {
  await using fake = await startFakeRedis({ EVAL: reply, PING: '+PONG\r\n' });
  using setup = connectTo(`redis://127.0.0.1:${fake.port}`);
  await setup.redis.opened(5000);

  for (let times = 0; times < 10; times += 1) expect(await setup.write()).toBe('refused');

  expect(await setup.redis.isUp()).toBe(false);
  expect(setup.log.map((line) => line.reason)).toEqual([reason]);
});

const info = (loading: number): string => {
  const text = `redis_version:7.0.0\r\nloading:${loading}\r\nloading_eta_seconds:0\r\n`;
  return `$${text.length}\r\n${text}\r\n`;
};

test('a Redis that is loading its data: one warning, refused at once, and used when it has', async () => {
  const ready = { EVAL: '*1\r\n$2\r\nOK\r\n', PING: '+PONG\r\n' };
  await using fake = await startFakeRedis({ ...ready, INFO: info(1) });
  using setup = connectTo(`redis://127.0.0.1:${fake.port}`);

  await eventually(() => setup.log.length > 0);
  expect(await setup.write()).toBe('refused');
  expect(await setup.redis.isUp()).toBe(false);
  fake.setReplies({ ...ready, INFO: info(0) });
  await eventually(async () => {
    setup.clock.advance(500);
    return (await setup.write()) === 'ok' && (await setup.redis.isUp());
  });

  expect(setup.log.map(({ msg, reason = msg }) => reason)).toEqual(['LOADING', 'Redis is available again']);
});

test('an error about one value is no reason to leave Redis', async () => {
  await using node = await startNode();
  using setup = connectTo(`redis://127.0.0.1:${node.port}`);
  await setup.redis.opened(5000);
  await node.ask('LPUSH', 'list', 'x');

  for (let times = 0; times < 10; times += 1) {
    await expect(setup.redis.run((client) => client.incr('list'))).rejects.toThrow('error reply');
  }

  expect(await setup.write()).toBe('ok');
  expect(await setup.redis.isUp()).toBe(true);
  expect(setup.log).toEqual([]);
});
