import { expect } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { claimToken, type TokenClaim } from '../../src/redis/token-scripts.ts';
import { startRedis, testWithRedis as test } from '../support/redis-server.ts';

test('who asks again because the answer was late is told of their own lock, and nobody else is', async () => {
  await using redis = await startRedis();
  const client = new Client(redis.url);
  client.on('error', () => undefined);
  const names = { token: 'token', lock: 'lock' };
  const claim = (owner: string, again: boolean): Promise<TokenClaim> =>
    claimToken(client, names, Buffer.alloc(0), owner, 2000, again);

  expect(await claim('one', false)).toEqual({ kind: 'ours' });
  expect(await claim('one', false)).toEqual({ kind: 'fetched-elsewhere' });
  expect(await claim('other', true)).toEqual({ kind: 'fetched-elsewhere' });
  expect(await claim('one', true)).toEqual({ kind: 'ours' });
  client.disconnect();
});
