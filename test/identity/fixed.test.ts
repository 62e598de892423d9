import { expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';
import { found, rawQuery, unauthenticated } from '../support/raw-query.ts';
import { startGateway } from '../support/start-gateway.ts';

const keys = { GATEWAY_API_KEYS: 'first-key, second-key' };

test.each(['first-key', 'second-key'])('the API key %s is accepted', async (key) => {
  await using gateway = await startGateway({ environment: keys });

  const answer = await rawQuery(gateway.url, [['X-API-Key', key]]);

  expect(answer).toMatchObject({ status: 200, body: found });
  expect(gateway.upstream.callsTo('conversationSpace').map(({ query }) => query)).toEqual([
    { unionId: 'chyxxxxx' },
  ]);
});

test.each<[string, [string, string][]]>([
  ['none', []],
  ['an empty key', [['x-api-key', '']]],
  ['a wrong key', [['x-api-key', 'third-key']]],
  ['the beginning of a key', [['x-api-key', 'first-ke']]],
  ['a key and one character more', [['x-api-key', 'first-key2']]],
  ['a key in the other case', [['x-api-key', 'FIRST-KEY']]],
  ['the whole variable', [['x-api-key', 'first-key, second-key']]],
  ['two keys folded into one header', [['x-api-key', 'first-key,first-key']]],
  [
    'a valid key twice',
    [
      ['x-api-key', 'first-key'],
      ['x-api-key', 'first-key'],
    ],
  ],
  [
    'a valid key after a wrong one',
    [
      ['x-api-key', 'wrong'],
      ['X-Api-Key', 'first-key'],
    ],
  ],
  [
    'a valid key after an empty one',
    [
      ['x-api-key', ''],
      ['x-api-key', 'first-key'],
    ],
  ],
  ['a key as a bearer', [['authorization', 'Bearer first-key']]],
  ['a key as a cookie', [['cookie', 'x-api-key=first-key']]],
])('with keys set, %s is refused', async (_name, headers) => {
  await using gateway = await startGateway({ environment: keys });

  const answer = await rawQuery(gateway.url, headers);

  expect(answer).toMatchObject(unauthenticated);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('a second key behind two thousand headers is seen', async () => {
  await using gateway = await startGateway({ environment: keys });
  const filler = Array.from({ length: 2100 }, (): [string, string] => ['a', '']);

  const answer = await rawQuery(gateway.url, [['x-api-key', 'first-key'], ...filler, ['x-api-key', 'other']]);

  expect(answer).toMatchObject(unauthenticated);
});

const production = {
  NODE_ENV: 'production',
  DINGTALK_APP_KEY: 'key',
  DINGTALK_APP_SECRET: 'secret',
  DINGTALK_OPERATOR_UNION_ID: 'chyxxxxx',
  VIEWER_AUTH: 'fixed',
};

test('in production it requires keys or ALLOW_ANONYMOUS=1', () => {
  expect(readConfig(production)).toEqual({
    ok: false,
    hints: [],
    problems: [{ variable: 'GATEWAY_API_KEYS', message: expect.stringContaining('ALLOW_ANONYMOUS=1') }],
  });
  expect(readConfig({ ...production, GATEWAY_API_KEYS: ' , ' })).toMatchObject({
    ok: false,
    hints: [],
    problems: [{ variable: 'GATEWAY_API_KEYS', message: 'must contain at least one key' }],
  });
  const strong = { GATEWAY_API_KEYS: '5d41402abc4b2a76b9719d911017c592' };
  expect(readConfig({ ...production, ...strong })).toMatchObject({ ok: true, warnings: [] });
});

test('ALLOW_ANONYMOUS=1 serves every client, with a warning', async () => {
  expect(readConfig({ ...production, ALLOW_ANONYMOUS: '1' })).toMatchObject({
    ok: true,
    warnings: ['ALLOW_ANONYMOUS=1: anyone who reaches this port reads DingTalk as the fixed operator'],
  });
  await using gateway = await startGateway({
    environment: { NODE_ENV: 'production', ALLOW_ANONYMOUS: '1' },
  });

  expect(await rawQuery(gateway.url, [])).toMatchObject({ status: 200, body: found });
});
