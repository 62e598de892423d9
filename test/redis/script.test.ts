import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { createScript } from '../../src/redis/script.ts';
import { startRedis, testWithRedis as test, type RedisServer } from '../support/redis-server.ts';

const echo = createScript('echo', 'return { KEYS[1], ARGV[1], #ARGV }');
const bytes = Buffer.from([0, 255]);
const reply = [Buffer.from('key'), bytes, 2];

function connect({ url }: RedisServer): Client & Disposable {
  const client = new Client(url, { retryStrategy: () => 10 });
  client.on('error', () => undefined);
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

async function callsOf(client: Client, command: string): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

test('a connection sends a script in full once, then by its hash', async () => {
  await using server = await startRedis();
  using client = connect(server);

  const replies = [await echo(client, ['key'], bytes, 1), await echo(client, ['key'], bytes, 1)];

  expect(replies).toEqual([reply, reply]);
  expect([await callsOf(client, 'eval'), await callsOf(client, 'evalsha')]).toEqual([1, 1]);
});

test('a script that Redis has lost is sent in full again', async () => {
  await using server = await startRedis();
  using client = connect(server);
  await echo(client, ['key'], bytes, 1);

  await client.script('FLUSH');
  const afterFlush = await echo(client, ['key'], bytes, 1);
  await server.stop();
  await server.start();
  const afterRestart = await echo(client, ['key'], bytes, 1);

  expect([afterFlush, afterRestart]).toEqual([reply, reply]);
});
