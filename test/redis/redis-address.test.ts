import { expect, test } from '@jest/globals';
import { redisAddress } from '../../src/redis/redis-address.ts';

test.each([
  ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
  ['redis://cache:6380/2', { host: 'cache', port: 6380, db: 2 }],
  ['redis://[::1]:6380', { host: '::1', port: 6380, db: 0 }],
  ['redis://:secret@cache', { host: 'cache', port: 6379, db: 0, password: 'secret' }],
  ['redis://me:p%40ss@cache', { host: 'cache', port: 6379, db: 0, username: 'me', password: 'p@ss' }],
  ['redis://:a%2Fb%@cache', { host: 'cache', port: 6379, db: 0, password: 'a/b%' }],
  ['redis://:100%@cache', { host: 'cache', port: 6379, db: 0, password: '100%' }],
  ['rediss://cache', { host: 'cache', port: 6379, db: 0, tls: {} }],
  ['redis://cache?enableOfflineQueue=true', { host: 'cache', port: 6379, db: 0 }],
  ['redis+sentinel://me:p@cache/1234', { host: 'cache', port: 6379, db: 0, username: 'me', password: 'p' }],
  ['redis+sentinel://cache:7/mymaster/3', { host: 'cache', port: 7, db: 3 }],
  ['rediss+cluster://cache', { host: 'cache', port: 6379, db: 0, tls: {} }],
])('%s', (url, address) => {
  expect(redisAddress(new URL(url))).toEqual(address);
});
