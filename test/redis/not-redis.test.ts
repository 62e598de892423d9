import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, LookupFunction } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Redis as Client } from 'ioredis';
import { pino } from 'pino';
import { defineLeaseOperations } from '../../src/dingtalk/pacing/lease-operations.ts';
import { createReplicaCount } from '../../src/dingtalk/pacing/replica-count.ts';
import { createConnector } from '../../src/redis/connector.ts';
import { guardReplies } from '../../src/redis/guard-replies.ts';
import { createRedis, type Redis } from '../../src/redis/redis.ts';
import { sealRedis } from '../../src/redis/sealed-redis.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { problemLines } from '../support/log-lines.ts';
import { startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import {
  endless,
  endlessBytes,
  startFakeRedis,
  type FakeRedis,
  type FakeReply,
} from '../support/fake-redis.ts';
import { startProcess } from '../support/gateway-process.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { selfSigned, selfSignedForNames } from '../support/self-signed.ts';

const id = 'cid9FTRQSLo+sKxxxx';
const found = { data: { conversationSpace: expect.objectContaining({ spaceId: '798xxxxx' }) } };

const nonsense: readonly (readonly [string, FakeReply])[] = [
  ['nil', '$-1\r\n'],
  ['no array', '*-1\r\n'],
  ['a negative integer', ':-1500000\r\n'],
  ['an empty array', '*0\r\n'],
  ['an array of nils', '*3\r\n$-1\r\n$-1\r\n$-1\r\n'],
  ['200,000 nested arrays', '*1\r\n'.repeat(200_000)],
  ['announced arrays of 30 million elements, one in the other', '*30000000\r\n'.repeat(64)],
  ['an endless string', endless(`$${2 ** 40}\r\n`)],
  ['an endless line', endless('+')],
  ['an endless integer', endless(':')],
  ['an endless array', endless('*1000\r\n$4000000\r\n')],
  ['garbage', '\u0000\u0001garbage\r\n'],
  ['an error', '-NOPERM this user has no permissions\r\n'],
  ['the end of the connection', (socket) => socket.destroy()],
];

const lookUp = async (gateway: CachedGateway): Promise<unknown> => (await gateway.lookUp(id)).body;

/** Waits for three connections to the fake; meanwhile `gateway`, if given, makes lookups. */
async function seesReconnects(fake: FakeRedis, command: string, gateway?: CachedGateway): Promise<void> {
  let asked = 0;
  await eventually(async () => {
    gateway?.clock.advance(1001);
    await gateway?.lookUp(`cid.demo.${(asked += 1)}`);
    return fake.connectionsWith(command) >= 3;
  });
}

const warningsOf = ({ log }: CachedGateway): readonly string[] => problemLines(log).map(({ msg }) => msg);

test.each(nonsense)(
  'SUBSCRIBE answered with %s: logged once, retried, and lookups are answered',
  async (_what, reply) => {
    await using fake = await startFakeRedis({ SUBSCRIBE: reply });
    await using gateway = await startCachedGateway({ REDIS_URL: `redis://127.0.0.1:${fake.port}` });

    await seesReconnects(fake, 'SUBSCRIBE');

    expect(await lookUp(gateway)).toEqual(found);
    expect(warningsOf(gateway)).toEqual([
      'Redis refuses subscriptions: entries that other replicas remove are removed here up to two seconds later',
    ]);
    expect(fake.mostBytesTaken).toBeLessThan(endlessBytes / 2);
  },
);

test.each(nonsense.filter(([what]) => what !== 'an error'))(
  'every script answered with %s: logged once, retried, and lookups are answered',
  async (_what, reply) => {
    await using fake = await startFakeRedis({ EVAL: reply });
    await using gateway = await startCachedGateway({ REDIS_URL: `redis://127.0.0.1:${fake.port}` });

    await seesReconnects(fake, 'EVAL', gateway);

    expect(await lookUp(gateway)).toEqual(found);
    expect(warningsOf(gateway).filter((message) => message.startsWith('Redis is unavailable'))).toHaveLength(
      1,
    );
    expect(fake.mostBytesTaken).toBeLessThan(endlessBytes / 2);
  },
);

test.each(nonsense.filter(([what]) => !['an error', 'nil', 'no array', 'an empty array'].includes(what)))(
  'the ready check answered with %s: lookups are answered',
  async (_what, reply) => {
    await using fake = await startFakeRedis({ INFO: reply });
    await using gateway = await startCachedGateway({ REDIS_URL: `redis://127.0.0.1:${fake.port}` });

    await seesReconnects(fake, 'INFO', gateway);

    expect(await lookUp(gateway)).toEqual(found);
    expect(fake.mostBytesTaken).toBeLessThan(endlessBytes / 2);
  },
);

const messages = '*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$4\r\ntext\r\n'.repeat(1000);

test.each(['INFO', 'EVAL', 'SUBSCRIBE'])(
  'unsolicited messages are not taken as the reply to %s',
  async (command) => {
    await using fake = await startFakeRedis({ [command]: messages });
    await using gateway = await startCachedGateway({ REDIS_URL: `redis://127.0.0.1:${fake.port}` });

    await seesReconnects(fake, command, gateway);

    expect(await lookUp(gateway)).toEqual(found);
  },
);

test('messages of other channels do not reach a subscriber', async () => {
  const name = 'channel';
  const confirmed = `*3\r\n$9\r\nsubscribe\r\n$${name.length}\r\n${name}\r\n:1\r\n`;
  const mine = `*3\r\n$7\r\nmessage\r\n$${name.length}\r\n${name}\r\n$4\r\nmine\r\n`;
  await using fake = await startFakeRedis({ SUBSCRIBE: `${confirmed}${messages}${mine}` });
  using setup = connectTo(fake.port);
  const heard: string[] = [];

  setup.redis.subscribe(name, (message) => heard.push(message));
  await eventually(() => heard.length > 0);

  expect(heard).toEqual(['mine']);
  expect(fake.connectionsWith('SUBSCRIBE')).toBe(1);
});

test('with an HTTP server instead of Redis lookups are answered', async () => {
  const http = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  let connections = 0;
  http.on('connection', () => (connections += 1));
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const gateway = await startCachedGateway({ REDIS_URL: `redis://127.0.0.1:${port}` });

  await eventually(() => connections >= 6);

  expect(await lookUp(gateway)).toEqual(found);
  await gateway.close();
  http.close();
});

function connectTo(
  port: number,
  database = '',
): { redis: Redis; clock: ReturnType<typeof createManualClock> } & Disposable {
  const clock = createManualClock();
  const url = new URL(`redis://127.0.0.1:${port}${database}`);
  const redis = createRedis(url, { log: pino({ level: 'silent' }), clock });
  return { redis, clock, [Symbol.dispose]: () => redis.close() };
}

test.each(['nil', 'a negative integer', '200,000 nested arrays', 'garbage', 'an endless string'])(
  'GET answered with %s: the next connection is used',
  async (what) => {
    await using fake = await startFakeRedis({ GET: new Map(nonsense).get(what) ?? '', PING: '+PONG\r\n' });
    using setup = connectTo(fake.port);
    await setup.redis.opened(1000);

    const first = await setup.redis.run((client) => client.get('a')).catch((error: Error) => error.message);

    expect([null, -1_500_000, 'no connection']).toContain(first);
    await eventually(
      async () => (await setup.redis.run((client) => client.ping()).catch(() => undefined)) === 'PONG',
    );
  },
);

test('a surplus reply ends the connection: later replies would go to the wrong commands', async () => {
  await using fake = await startFakeRedis({ PING: '+PONG\r\n+OK\r\n' });
  using setup = connectTo(fake.port);

  await eventually(async () => {
    await setup.redis.run((client) => client.ping()).catch(() => undefined);
    return fake.connectionsWith('PING') >= 3;
  });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'nonsense over %s before the first command ends the connection',
  async (version) => {
    const options = { ...selfSigned, minVersion: version, maxVersion: version };
    await using fake = await startFakeRedis({ CONNECT: '*1\r\n'.repeat(1000) }, options);
    const tls = { ca: selfSigned.cert };
    const client = new Client({
      host: '127.0.0.1',
      port: fake.port,
      tls,
      disconnectTimeout: 50,
      retryStrategy: () => 1,
    });
    const reasons = new Set<string>();
    client.on('error', ({ name }) => reasons.add(name));
    guardReplies(client);

    await eventually(() => fake.connectionsWith('CONNECT') >= 3);

    client.disconnect();
    expect(reasons).toContain('UnreadableReplyError');
  },
);

const toLoopback: LookupFunction = (_host, _options, found) =>
  found(null, [{ address: '127.0.0.1', family: 4 }]);

test.each([
  { host: 'redis.gateway.test', certificate: selfSignedForNames, servername: 'redis.gateway.test' },
  { host: 'redis.gateway.test.', certificate: selfSignedForNames, servername: 'redis.gateway.test' },
  { host: '127.0.0.1', certificate: selfSigned, servername: false },
])('over TLS $host is asked for by the server name $servername', async (expected) => {
  const { host, certificate, servername } = expected;
  const asked: unknown[] = [];
  const note: FakeReply = (socket) => void asked.push(socket instanceof TLSSocket && socket.servername);
  await using fake = await startFakeRedis({ CONNECT: note }, certificate);
  const Connector = createConnector(
    { host, port: fake.port, tls: { ca: certificate.cert } },
    { lookup: toLoopback, disconnectMs: 50 },
  );

  const socket = await new Connector({}).connect(() => undefined);
  await Promise.all([once(socket, 'secureConnect'), eventually(() => asked.length > 0)]);
  socket.destroy();

  expect(asked).toEqual([servername]);
});

test('where its database cannot be selected, no command is sent to another one', async () => {
  const outOfRange = '-ERR DB index is out of range\r\n';
  await using fake = await startFakeRedis({ SELECT: outOfRange, PING: '+PONG\r\n' });
  using setup = connectTo(fake.port, '/99');

  await eventually(async () => {
    await setup.redis.run((client) => client.ping()).catch(() => undefined);
    return fake.connectionsWith('SELECT') >= 3;
  });

  expect(fake.connectionsWith('PING')).toBe(0);
});

test('useless connections are retried at growing intervals', async () => {
  await using fake = await startFakeRedis({ SUBSCRIBE: '*-1\r\n' });
  using setup = connectTo(fake.port);
  const atMs: number[] = [];
  fake.setReplies({
    SUBSCRIBE: (socket) => {
      atMs.push(performance.now());
      socket.write('*-1\r\n');
    },
  });
  setup.redis.subscribe('channel', () => undefined);

  await eventually(() => atMs.length === 4);

  const [first = 0, second = 0, third = 0, fourth = 0] = atMs;
  expect(second - first).toBeGreaterThanOrEqual(95);
  expect(third - second).toBeGreaterThanOrEqual(195);
  expect(fourth - third).toBeGreaterThanOrEqual(395);
});

/** The reply to one operation: the time, whether the process was known, all replicas, and those that are back. */
const counted = (all: string): string => `*1\r\n*4\r\n:1700000000000\r\n:1\r\n${all}:2\r\n`;

test.each([
  ['text', '$3\r\nabc\r\n'],
  ['nil', '$-1\r\n'],
  ['none', ':0\r\n'],
  ['a negative number', ':-3\r\n'],
  ['an absurd number', ':9007199254740993\r\n'],
])('a count of replicas that is %s is ignored', async (_what, reply) => {
  await using fake = await startFakeRedis({ EVAL: counted(':2\r\n') });
  using setup = connectTo(fake.port);
  await setup.redis.opened(1000);
  const seal = {
    keyOf: (what: string) => what,
    keysOf: (what: string) => [what],
    lastingKeyOf: (what: string) => what,
    close: () => Buffer.alloc(0),
    open: () => undefined,
  };
  const sealed = sealRedis(setup.redis, seal);
  const replicas = createReplicaCount(sealed, defineLeaseOperations(sealed.trip), setup.clock);
  await setup.clock.waitForTimer(100);
  setup.clock.advance(100);
  await setup.clock.waitForTimer(900);
  setup.clock.advance(900);
  await setup.clock.waitForTimer(900);
  expect(replicas.pace.replicas).toBe(2);
  fake.setReplies({ EVAL: counted(reply) });

  setup.clock.advance(900);
  await setup.clock.waitForTimer(250);

  expect(replicas.pace.replicas).toBe(2);
  void replicas.close();
});

test.each([
  ['nil', '$-1\r\n'],
  ['200,000 nested arrays', '*1\r\n'.repeat(200_000)],
  ['announced arrays', '*30000000\r\n'.repeat(64)],
  ['an endless string', endless('$9000000000\r\n')],
])(
  'the process survives %s in reply to any command',
  async (_what, reply) => {
    await using fake = await startFakeRedis({ SUBSCRIBE: reply, EVAL: reply });
    const upstream = await startSandbox({ callsPerSecond: Infinity });
    await using gateway = startProcess([process.execPath, '--max-old-space-size=512', 'dist/main.js'], {
      PORT: '0',
      DINGTALK_API_URL: upstream.url,
      DINGTALK_APP_KEY: sandboxCredentials.appKey,
      DINGTALK_APP_SECRET: sandboxCredentials.appSecret,
      DINGTALK_OPERATOR_UNION_ID: sandboxCredentials.operatorUnionId,
      VIEWER_AUTH: 'fixed',
      ALLOW_ANONYMOUS: '1',
      REDIS_URL: `redis://127.0.0.1:${fake.port}`,
    });
    const url = await gateway.url;
    const ask = async (what: string): Promise<unknown> => {
      const query = `{ conversationSpace(openConversationId: ${JSON.stringify(what)}) { spaceId } }`;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    };

    await eventually(() => fake.connectionsWith('SUBSCRIBE') >= 3);

    expect(await ask(id)).toEqual(found);
    expect(gateway.child.exitCode).toBeNull();
    expect(gateway.output().stderr).toBe('');
    expect(fake.mostBytesTaken).toBeLessThan(endlessBytes / 2);
    await upstream.close();
  },
  30_000,
);
