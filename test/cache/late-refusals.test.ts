import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { forgetLookups, subscribersOf, untilConnected } from './connected-replicas.ts';

const id = 'cid.demo.secret-group';

/** A replica, and its way to Redis. */
interface Replica {
  readonly gateway: CachedGateway;
  readonly proxy: TcpProxy;
  /** The code that its viewer gets; undefined: the answer. */
  ask(): Promise<unknown>;
}

/**
 * Two replicas on one Redis. `reader` has an answer in its memory; Redis does not, and DingTalk refuses it from now on:
 * `finder` finds that out when it is asked. `reader` has no right to Redis's channels, if it does not hear.
 */
async function startWorld(reads: 'hears' | 'hears nothing', environment: NodeJS.ProcessEnv = {}) {
  const redis = await startRedis();
  const client = new Client(redis.url);
  await client.acl('SETUSER', 'channelless', 'on', '>password', '~*', '+@all', 'resetchannels');
  const upstream = await startSandbox({ callsPerSecond: Infinity });

  async function start(user: string, subscribersBefore: number): Promise<Replica> {
    const proxy = await startTcpProxy(Number(new URL(redis.url).port));
    const gateway = await startCachedGateway({
      ...manyViewers,
      DINGTALK_API_URL: upstream.url,
      REDIS_URL: `redis://${user}127.0.0.1:${proxy.port}`,
      ...environment,
    });
    await untilConnected(gateway, client, subscribersBefore);
    return { gateway, proxy, ask: async () => codeOf(await gateway.lookUp(id, 'chy')) };
  }
  const finder = await start('', 0);
  const reader =
    reads === 'hears'
      ? await start('', await subscribersOf(client))
      : await start('channelless:password@', -1);
  upstream.clearCalls();
  await reader.ask();
  await eventually(async () => (await client.keys('*:lookup:*')).length === 1);
  const [name = ''] = await client.keys('*:lookup:*');
  const answer = (await client.getBuffer(name)) ?? '';
  await client.del(name);
  upstream.denyAccess('chy', id);
  return {
    redis,
    client,
    finder,
    reader,
    restoreAnswer: () => client.set(name, answer, 'PX', 60_000),
    calls: () => upstream.callsTo('conversationSpace').length,
    async [Symbol.asyncDispose]() {
      await Promise.all([finder.gateway.close(), reader.gateway.close()]);
      client.disconnect();
      await Promise.all([finder, reader].map(({ proxy }) => proxy[Symbol.asyncDispose]()));
      await upstream.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Whether Redis answers: not whether it is up, which also says that it refuses nothing. Each scrape is a command. */
async function isAnswered({ gateway }: Replica): Promise<boolean> {
  const answers: number[] = [];
  for (let scrape = 0; scrape < 2; scrape += 1) {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    answers.push(Number(/^dingtalk_gateway_redis_commands_total\{outcome="ok"\} (\d+)$/m.exec(metrics)?.[1]));
  }
  const [before = 0, after = 0] = answers;
  return after > before;
}

/**
 * Two seconds pass for a replica, in steps that leave Redis the time to answer: a command is late after 50 ms of the
 * replica's clock. Repeated where one was late all the same, and until the replica is connected.
 */
async function passTwoSeconds(replica: Replica): Promise<void> {
  await eventually(async () => {
    const wasAnswered = await isAnswered(replica);
    for (let step = 0; step < 50; step += 1) {
      replica.gateway.clock.advance(40);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return wasAnswered && (await isAnswered(replica));
  });
}

/** The same, once more where a command was late on a busy machine: what the replica holds is then served meanwhile. */
async function askAfterTwoSeconds(replica: Replica): Promise<unknown> {
  let answer: unknown;
  await eventually(async () => {
    await passTwoSeconds(replica);
    answer = await replica.ask();
    return answer !== undefined;
  });
  return answer;
}

test('without the right to channels a replica learns of a refusal within two seconds', async () => {
  await using world = await startWorld('hears nothing');
  const { finder, reader, calls } = world;

  expect(await finder.ask()).toBe('FORBIDDEN');
  const before = await reader.ask();

  expect([before, await askAfterTwoSeconds(reader)]).toEqual([undefined, 'FORBIDDEN']);
  // The answer, and the refusal that both give.
  expect(calls()).toBe(2);
  const warnings = reader.gateway.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
  expect(warnings.map(({ msg }) => msg)).toContain(
    'Redis refuses subscriptions: entries that other replicas remove are removed here up to two seconds later',
  );
});

test('a refusal that was published while a replica was not connected is not missed', async () => {
  await using world = await startWorld('hears');
  const { finder, reader, calls } = world;
  reader.proxy.setMode({ kind: 'refuse' });

  expect(await finder.ask()).toBe('FORBIDDEN');
  const before = await reader.ask();
  reader.proxy.setMode({ kind: 'pass' });

  expect([before, await askAfterTwoSeconds(reader)]).toEqual([undefined, 'FORBIDDEN']);
  expect(calls()).toBe(2);
});

test('a refusal found while Redis is away reaches the others once it is back, and ends what Redis holds', async () => {
  await using world = await startWorld('hears');
  const { finder, reader, calls, restoreAnswer, client } = world;
  await restoreAnswer();
  // Once Redis has gone, a replica may make one call in the first second.
  finder.gateway.clock.advance(1);
  finder.proxy.setMode({ kind: 'refuse' });

  expect(await finder.ask()).toBe('FORBIDDEN');
  const before = await reader.ask();
  finder.proxy.setMode({ kind: 'pass' });

  expect(before).toBeUndefined();
  // The connection is made again in real time.
  await eventually(async () => {
    await passTwoSeconds(finder);
    return (await reader.ask()) === 'FORBIDDEN';
  });
  // Redis does not know what the finder was answered.
  expect(calls()).toBe(3);
  expect(await client.keys('*:lookup:*')).toHaveLength(1);
});

test('a refusal that Redis has lost is written again', async () => {
  await using world = await startWorld('hears nothing');
  const { finder, reader, client, calls } = world;

  expect(await finder.ask()).toBe('FORBIDDEN');
  await forgetLookups(client);
  await passTwoSeconds(finder);

  expect(await askAfterTwoSeconds(reader)).toBe('FORBIDDEN');
  expect(calls()).toBe(3);
});

test('a replica that was away for longer than the list reaches back forgets what it asked for before', async () => {
  await using world = await startWorld('hears nothing', { CACHE_TTL_MS: '600000' });
  const { finder, reader, client, calls } = world;
  expect(await finder.ask()).toBe('FORBIDDEN');
  await forgetLookups(client);
  reader.proxy.setMode({ kind: 'refuse' });

  reader.gateway.clock.advance(302_000);
  const away = await reader.ask();
  await reader.gateway.lookUp('cid.demo.asked-late', 'chy');
  reader.proxy.setMode({ kind: 'pass' });
  const before = calls();

  expect([away, await askAfterTwoSeconds(reader)]).toEqual([undefined, 'FORBIDDEN']);
  expect(calls()).toBe(before + 1);
  await reader.gateway.lookUp('cid.demo.asked-late', 'chy');
  expect(calls()).toBe(before + 1);
});
