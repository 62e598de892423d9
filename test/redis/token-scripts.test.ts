import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { claimToken, type TokenClaim } from '../../src/dingtalk/tokens/token-scripts.ts';
import { scriptClient } from '../support/script-client.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';

test('a repeated claim after a late answer gets its own lock back, and no other claim does', async () => {
  await using redis = await startRedis();
  const client = new Client(redis.url);
  client.on('error', () => undefined);
  const names = { token: 'token', lock: 'lock' };
  const claim = (owner: string, again: boolean): Promise<TokenClaim> =>
    claimToken(client, names, Buffer.alloc(0), owner, 2000, again);
  const redisMs = expect.any(Number);

  expect(await claim('one', false)).toEqual({ kind: 'ours', redisMs });
  expect(await claim('one', false)).toEqual({ kind: 'fetched-elsewhere', redisMs });
  expect(await claim('other', true)).toEqual({ kind: 'fetched-elsewhere', redisMs });
  expect(await claim('one', true)).toEqual({ kind: 'ours', redisMs });
  client.disconnect();
});

test.each([
  ['nil', null],
  ['an integer', 1],
  ['nothing', []],
  ['no time', [Buffer.from('token'), 1000]],
  ['a negative time', [-1, 1]],
  ['a token that is a number', [1_700_000_000_000, 2, 1000]],
  ['a token without its remaining life', [1_700_000_000_000, Buffer.from('token')]],
  ['a time that is text', [1_700_000_000_000, Buffer.from('token'), Buffer.from('1000')]],
])('%s in reply to a claim is an unreadable reply', async (_what, reply) => {
  const client = scriptClient(() => reply);
  const names = { token: 'token', lock: 'lock' };

  await expect(claimToken(client, names, Buffer.alloc(0), 'one', 2000)).rejects.toMatchObject({
    name: 'RedisUnavailableError',
    kind: 'unreadable',
  });
});
