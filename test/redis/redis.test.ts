import { expect } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { systemClock } from '../../src/async/clock.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { eventually } from '../support/eventually.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

interface Setup extends Disposable {
  readonly redis: Redis;
  readonly log: readonly string[];
  readonly clock: ManualClock;
}

/** The clock stands still: a command that fails without an advance has not waited. */
function connectTo(url: string): Setup {
  const log: string[] = [];
  const clock = createManualClock();
  const logger = createLogger('trace', { write: (line) => void log.push(line) });
  const redis = createRedis(new URL(url), { log: logger, clock });
  return { redis, log, clock, [Symbol.dispose]: () => redis.close() };
}

const portOf = (url: string): number => Number(new URL(url).port);
const ping = (redis: Redis): Promise<string> => redis.run((client) => client.ping());

/** Sends pings until one is answered, as traffic would. */
async function answered(redis: Redis, clock?: ManualClock): Promise<string> {
  for (;;) {
    const answer = await ping(redis).catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock?.advance(1000);
  }
}

const cannotBeUsed = (reason: string) => ({
  msg: 'Redis is unavailable: this process works from its own memory',
  reason,
});
const logged = ({ log }: Setup): object[] =>
  log.map((line) => JSON.parse(line)).map(({ msg, reason }) => (reason ? { msg, reason } : { msg }));

test('a command at the start waits for the connection', async () => {
  await using server = await startRedis();
  using setup = connectTo(server.url);

  expect(await ping(setup.redis)).toBe('PONG');
});

test('opened() waits for the connection, up to its time limit, and not at all if Redis is down', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using quick = connectTo(server.url);
  proxy.setMode({ kind: 'swallow' });
  using silent = connectTo(`redis://127.0.0.1:${proxy.port}`);

  await quick.redis.opened(500);
  const waiting = silent.redis.opened(500);
  silent.clock.advance(500);
  await waiting;
  await server.stop();
  using down = connectTo(server.url);
  await down.redis.opened(500);
});

test('down at the start: fails at once, logs it once, and is used as soon as it is up', async () => {
  await using server = await startRedis();
  await server.stop();
  using setup = connectTo(server.url);

  await expect(ping(setup.redis)).rejects.toMatchObject({
    name: 'RedisUnavailableError',
    message: 'no connection',
  });
  await expect(ping(setup.redis)).rejects.toThrow('no connection');
  await server.start();

  expect(await answered(setup.redis)).toBe('PONG');
  expect(logged(setup)).toEqual([cannotBeUsed('ECONNREFUSED'), { msg: 'Redis is available again' }]);
});

test('restarted: commands in flight fail, and it reconnects by itself', async () => {
  await using server = await startRedis();
  using setup = connectTo(server.url);
  await ping(setup.redis);
  const onItsWay = setup.redis.run((client) => client.blpop('nothing-comes', 0));
  const failed = expect(onItsWay).rejects.toThrow('no connection');

  await server.stop();
  await failed;
  await server.start();

  expect(await answered(setup.redis)).toBe('PONG');
});

test('a command without an answer fails after 50 ms, and the next ones fail at once for a second', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);
  await ping(setup.redis);
  proxy.setMode({ kind: 'swallow' });
  let settled = false;

  const lost = ping(setup.redis).finally(() => (settled = true));
  setup.clock.advance(49);
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(false);
  setup.clock.advance(1);
  await expect(lost).rejects.toThrow('no answer in time');

  await expect(ping(setup.redis)).rejects.toThrow('paused after a late answer');
  setup.clock.advance(999);
  await expect(ping(setup.redis)).rejects.toThrow('paused after a late answer');
  setup.clock.advance(1);
  const afterRest = ping(setup.redis);
  setup.clock.advance(50);
  await expect(afterRest).rejects.toThrow('no answer in time');
});

test('commands that take two seconds: a handful waits 50 ms, and Redis is used again once it is quick', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);
  await ping(setup.redis);
  proxy.setMode({ kind: 'delay', ms: 2000 });

  const together = Promise.allSettled([ping(setup.redis), ping(setup.redis), ping(setup.redis)]);
  setup.clock.advance(50);
  expect((await together).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(ping(setup.redis)).rejects.toThrow('paused after a late answer');
  proxy.setMode({ kind: 'pass' });

  expect(await answered(setup.redis, setup.clock)).toBe('PONG');
  expect(logged(setup)).toEqual([cannotBeUsed('no answer in time'), { msg: 'Redis is available again' }]);
});

test('answers that are all late are one warning, and one line when they have been in time for a second', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);
  await ping(setup.redis);

  for (let times = 0; times < 5; times += 1) {
    proxy.setMode({ kind: 'hold' });
    const late = ping(setup.redis);
    setup.clock.advance(50);
    await expect(late).rejects.toThrow('no answer in time');
    proxy.setMode({ kind: 'pass' });
    expect(await answered(setup.redis)).toBe('PONG');
  }
  expect(logged(setup)).toEqual([cannotBeUsed('no answer in time')]);
  setup.clock.advance(1000);
  await ping(setup.redis);

  expect(logged(setup)).toEqual([cannotBeUsed('no answer in time'), { msg: 'Redis is available again' }]);
});

test('a peer that ends each connection without a word is one warning', async () => {
  const peer = createServer((socket) => socket.on('error', () => undefined).end());
  peer.listen(0, '127.0.0.1');
  await once(peer, 'listening');
  using setup = connectTo(`redis://127.0.0.1:${(peer.address() as AddressInfo).port}`);

  await eventually(() => logged(setup).length > 0);
  peer.close();

  const reason = expect.stringMatching(/^(?:connection closed|EPIPE|ECONNRESET)$/);
  expect(logged(setup)).toEqual([{ ...cannotBeUsed(''), reason }]);
});

test('a database that Redis does not have is one warning, which is not about subscriptions', async () => {
  await using server = await startRedis();
  using setup = connectTo(`${server.url}/16`);
  setup.redis.subscribe('channel', () => undefined);

  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(logged(setup)).toEqual([cannotBeUsed('SELECT')]);
});

test('a connection without a timely answer for five seconds is replaced', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);
  await ping(setup.redis);
  proxy.setMode({ kind: 'swallow' });

  for (let second = 0; second < 6; second += 1) {
    const lost = ping(setup.redis);
    setup.clock.advance(50);
    await expect(lost).rejects.toThrow('no answer in time');
    setup.clock.advance(1000);
  }
  proxy.setMode({ kind: 'pass' });

  expect(await answered(setup.redis, setup.clock)).toBe('PONG');
  expect(proxy.connections).toBe(2);
});

test('a host that accepts and stays silent costs 50 ms, then nothing for a second', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  proxy.setMode({ kind: 'swallow' });
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);

  const waiting = ping(setup.redis);
  setup.clock.advance(50);

  await expect(waiting).rejects.toThrow('no answer in time');
  await expect(ping(setup.redis)).rejects.toThrow('paused after a late answer');
});

test('an answer that arrives while the process is busy is used', async () => {
  await using server = await startRedis();
  const redis = createRedis(new URL(server.url), { log: createLogger('silent'), clock: systemClock });
  await answered(redis);

  const asked = ping(redis);
  await new Promise((resolve) => setImmediate(resolve));
  const busyUntilMs = performance.now() + 120;
  while (performance.now() < busyUntilMs);

  expect(await asked).toBe('PONG');
  redis.close();
});

test.each([
  [
    'a full Redis',
    ['--maxmemory', '100kb'],
    (redis: Redis) => redis.run((client) => client.set('key', 'value')),
  ],
  ['a value of another type', [], (redis: Redis) => redis.run((client) => client.lpush('text', 'value'))],
])(
  '%s: the command fails with an error without its contents, and the next one is answered',
  async (_what, args, run) => {
    await using server = await startRedis(...args);
    using setup = connectTo(server.url);
    await setup.redis.run((client) => client.set('text', 'text')).catch(() => undefined);

    const error = await run(setup.redis).then(
      () => undefined,
      (reason: Error) => reason,
    );

    expect(error).toMatchObject({ name: 'RedisUnavailableError', message: 'error reply' });
    expect(JSON.stringify(error)).not.toContain('value');
    expect(error?.cause).toBeUndefined();
    expect(await ping(setup.redis)).toBe('PONG');
  },
);

test('the password of the URL is used, escaped characters included', async () => {
  const password = 'p@ss:w/rd%';
  await using server = await startRedis('--requirepass', password);
  const url = new URL(server.url);
  url.password = password;
  using setup = connectTo(url.href);

  expect(await answered(setup.redis)).toBe('PONG');
});

test('a wrong password is logged as WRONGPASS, without password and host', async () => {
  await using server = await startRedis('--requirepass', 'the-right-one');
  const url = new URL(server.url);
  url.password = 'the-wrong-one';
  using setup = connectTo(url.href);

  await expect(ping(setup.redis)).rejects.toThrow('no connection');
  await new Promise((resolve) => setTimeout(resolve, 300));

  expect(setup.log).toHaveLength(1);
  expect(JSON.parse(setup.log[0] ?? '')).toMatchObject({ level: 'warn', reason: 'WRONGPASS' });
  expect(setup.log.join('')).not.toMatch(/the-wrong-one|the-right-one|127\.0\.0\.1/);
});

test('receives messages of every channel, subscribed at any time, also after a reconnect', async () => {
  await using server = await startRedis();
  await using proxy = await startTcpProxy(portOf(server.url));
  using setup = connectTo(`redis://127.0.0.1:${proxy.port}`);
  const heard: string[] = [];
  const publish = async (channel: string, message: string): Promise<void> => {
    // Published once there is a subscriber: before, it would be lost.
    while ((await setup.redis.run((client) => client.publish(channel, message)).catch(() => 0)) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  setup.redis.subscribe('first', (message) => heard.push(`first ${message}`));
  await publish('first', 'a');
  setup.redis.subscribe('second', (message) => heard.push(`second ${message}`));
  setup.redis.subscribe('second', (message) => heard.push(`second too ${message}`));
  await publish('second', 'b');

  proxy.cut();
  await publish('first', 'c');
  await publish('second', 'd');
  await ping(setup.redis);

  while (heard.length < 6) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(heard).toEqual(['first a', 'second b', 'second too b', 'first c', 'second d', 'second too d']);
});

test('after close every command fails', async () => {
  await using server = await startRedis();
  using setup = connectTo(server.url);
  await ping(setup.redis);

  setup.redis.close();

  await expect(ping(setup.redis)).rejects.toThrow('no connection');
});
