import { expect } from '@jest/globals';
import { systemClock } from '../../src/async/clock.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { redisUrl } from '../../src/config/redis-url.ts';
import { eventually } from '../support/eventually.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { testWithRedis as test } from '../support/redis-server.ts';
import { startCluster, startNode, startSentinel, startSentinels } from '../support/redis-topologies.ts';

const seal = createSeal({
  upstream: 'https://api.dingtalk.test',
  app: 'key',
  secret: 'secret',
  inOneSlot: true,
});
const slotKey = seal.lastingKeyOf('slot');

interface Setup extends Disposable {
  readonly redis: Redis;
  readonly log: readonly { readonly msg: string; readonly reason?: string; readonly remedy?: string }[];
}

function connectTo(url: string): Setup {
  const log: Setup['log'][number][] = [];
  const logger = createLogger('trace', { write: (line) => void log.push(JSON.parse(line)) });
  const redis = createRedis(redisUrl.parse(url), { log: logger, clock: systemClock, slotKey });
  return { redis, log, [Symbol.dispose]: () => redis.close() };
}

const set = (redis: Redis, key: string): Promise<string | undefined> =>
  redis.run((client) => client.set(key, 'x')).catch(() => undefined);

const reasons = ({ log }: Setup): unknown[] => log.map(({ msg, reason }) => reason ?? msg);

/** Hears what is published over `redis`. */
async function hears({ redis }: Setup): Promise<boolean> {
  const channel = seal.lastingKeyOf('heard');
  const message = String(Math.random());
  const heard: string[] = [];
  redis.subscribe(channel, (text) => heard.push(text));
  await eventually(async () => {
    await redis.run((client) => client.publish(channel, message)).catch(() => undefined);
    return heard.includes(message);
  });
  return true;
}

/** Of a machine with other work. */
const failsOverWithinMs = 20_000;

test('Sentinel: the primary is found, and after a failover the new one, for commands and messages', async () => {
  await using servers = await startSentinels();
  using setup = connectTo(servers.url);
  const { redis } = setup;
  await redis.opened(3000);
  await set(redis, 'before');
  expect(await hears(setup)).toBe(true);

  await servers.primary.stop();
  await servers.failedOver();
  await eventually(async () => (await set(redis, 'after')) === 'OK', failsOverWithinMs);

  expect(await servers.replica.ask('GET', 'before')).toBe('x');
  expect(await servers.replica.ask('GET', 'after')).toBe('x');
  expect(await hears(setup)).toBe(true);
}, 60_000);

test('Sentinel: with a password, one Sentinel silent and one ended', async () => {
  await using servers = await startSentinels({ password: 'p@ss' });
  const [first, second, third] = servers.sentinels;
  await using silent = await startTcpProxy(first?.port ?? 0);
  silent.setMode({ kind: 'swallow' });
  await second?.stop();
  const hosts = [silent, second, third].map((each) => `127.0.0.1:${each?.port}`).join(',');
  using setup = connectTo(`redis+sentinel://:p%40ss@${hosts}/mymaster/1`);

  await setup.redis.opened(5000);
  await set(setup.redis, 'key');
  await servers.primary.ask('SELECT', 1);

  expect(await servers.primary.ask('GET', 'key')).toBe('x');
  expect(setup.log).toEqual([]);
}, 30_000);

test('Sentinel: an unknown service is one warning', async () => {
  await using primary = await startNode();
  const sentinel = await startSentinel(primary.port);
  using setup = connectTo(`redis+sentinel://127.0.0.1:${sentinel.port}/other`);

  await setup.redis.opened(3000);
  await setup.redis.opened(3000);

  expect(reasons(setup)).toEqual(['the Sentinels know no service of that name']);
  await sentinel.stop();
});

test('Cluster: one connection to the owner of the slot; a moved slot and another primary are followed', async () => {
  await using cluster = await startCluster({ withReplicas: true });
  using setup = connectTo(cluster.url);
  const { redis } = setup;
  const key = seal.lastingKeyOf('one');
  const { trip } = sealRedis(redis, seal);
  const both = trip.define(
    'both',
    `redis.call('SET', keys[1], 'x') return redis.call('SET', keys[2], 'y').ok`,
  );

  await redis.opened(3000);
  const answer = await both([key, seal.keyOf('two')], []);
  expect(String(answer)).toBe('OK');
  expect(await hears(setup)).toBe(true);
  expect(setup.log).toEqual([]);

  await redis.run((client) => client.del(key, seal.keyOf('two')));
  const moved = await cluster.moveSlotOf(key);
  await eventually(async () => (await set(redis, key)) === 'OK');
  expect(await moved.ask('GET', key)).toBe('x');
  expect(reasons(setup)).toEqual(['MOVED']);
  expect(await hears(setup)).toBe(true);

  await moved.stop();
  await eventually(async () => (await set(redis, key)) === 'OK');
  expect(await hears(setup)).toBe(true);
}, 30_000);

test('a node of a Cluster by redis:// is one warning with the remedy', async () => {
  await using cluster = await startCluster();
  const owner = await cluster.ownerOf(slotKey);
  const other = cluster.nodes.find((node) => node !== owner);
  using setup = connectTo(`redis://127.0.0.1:${other?.port}`);

  await setup.redis.opened(3000);
  for (let times = 0; times < 5; times += 1) await set(setup.redis, slotKey);

  expect(setup.log).toMatchObject([
    { reason: 'MOVED', remedy: 'REDIS_URL leads to a node of a Cluster: write redis+cluster://' },
  ]);
  expect(await setup.redis.isUp()).toBe(false);
});
