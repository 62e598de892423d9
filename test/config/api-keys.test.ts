import { expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';

const secret = '5d41402abc4b2a76b9719d911017c592';
const other = '7b8a1c0f3e2d4c5b6a79880716253443';
const production = {
  NODE_ENV: 'production',
  DINGTALK_APP_KEY: 'key',
  DINGTALK_APP_SECRET: 'secret',
  DINGTALK_OPERATOR_UNION_ID: 'chyxxxxx',
  VIEWER_AUTH: 'fixed',
};
const read = (keys: string) => readConfig({ ...production, GATEWAY_API_KEYS: keys });

test.each<[string, readonly (readonly [string, string])[]]>([
  [
    `web=${secret},batch=${other}`,
    [
      ['web', secret],
      ['batch', other],
    ],
  ],
  [
    `${secret}, ${other}`,
    [
      ['key1', secret],
      ['key2', other],
    ],
  ],
  [
    `web=${secret},${other}`,
    [
      ['web', secret],
      ['key2', other],
    ],
  ],
  [`a-1=${secret}`, [['a-1', secret]]],
  // Base64 pads with "=", which ends no name.
  ['c2VjcmV0c2VjcmV0c2VjcmV0cw==', [['key1', 'c2VjcmV0c2VjcmV0c2VjcmV0cw==']]],
  ['c2VjcmV0c2VjcmV0c2VjcmV0c2U=', [['key1', 'c2VjcmV0c2VjcmV0c2VjcmV0c2U=']]],
  ['abcdefghijklmnopqrstuvwxyz012345=', [['key1', 'abcdefghijklmnopqrstuvwxyz012345=']]],
  ['abcdefghijklmnopqrstuvwxyz01234==', [['key1', 'abcdefghijklmnopqrstuvwxyz01234==']]],
  ['web=c2VjcmV0c2VjcmV0c2VjcmV0cw==', [['web', 'c2VjcmV0c2VjcmV0c2VjcmV0cw==']]],
  [`web==${secret}`, [['web', `=${secret}`]]],
  [`web= ${secret}`, [['web', secret]]],
  [`web=a=${secret}`, [['web', `a=${secret}`]]],
])('GATEWAY_API_KEYS=%s is read without a warning', (text, keys) => {
  expect(read(text)).toMatchObject({
    ok: true,
    warnings: [],
    config: { viewer: { apiKeys: keys.map(([name, key]) => ({ name, key })) } },
  });
});

test.each([
  ['a name in capitals', `Web=${secret}`],
  ['a name with a blank', `web =${secret}`],
  ['a name that begins with a digit', `1st=${secret}`],
  ['a name of 33 letters', `${'w'.repeat(33)}=${secret}`],
])('%s is warned of, because it is read as a part of the key', (_what, text) => {
  expect(read(text)).toMatchObject({
    ok: true,
    warnings: [expect.stringMatching(/^GATEWAY_API_KEYS has a key with = within it/)],
    config: { viewer: { apiKeys: [{ name: 'key1', key: text }] } },
  });
});

test('two keys of one name are one client, while one replaces the other', () => {
  expect(read(`web=${secret},web=${other}`)).toMatchObject({
    ok: true,
    warnings: [],
    config: {
      viewer: {
        apiKeys: [
          { name: 'web', key: secret },
          { name: 'web', key: other },
        ],
      },
    },
  });
});

test.each([
  ['a name that a key without one has', `key2=${secret},${other}`, 'has a key without a name beside one of'],
  ['one key under two names', `web=${secret},batch=${secret}`, 'has the same key twice'],
  ['one key with and without a name', `web=${secret},${secret}`, 'has the same key twice'],
])('%s: a problem that shows neither key nor name', (_what, text, message) => {
  const result = read(text);

  expect(result).toMatchObject({
    ok: false,
    problems: [{ variable: 'GATEWAY_API_KEYS', message: expect.stringContaining(message) }],
  });
  expect(JSON.stringify(result)).not.toMatch(/5d41|7b8a|batch:/);
});

test.each(['web=short', 'web=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'web=change-me-change-me'])(
  'a key that is easy to guess is one whatever its name: %s',
  (text) => {
    expect(read(`a-name-that-is-long-enough-itself,${text}`)).toMatchObject({
      ok: true,
      warnings: [expect.stringMatching(/^GATEWAY_API_KEYS has a key that /)],
    });
  },
);
