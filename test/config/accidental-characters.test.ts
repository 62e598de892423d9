import { expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';

const live = {
  DINGTALK_APP_KEY: 'key',
  DINGTALK_APP_SECRET: 'secret',
  DINGTALK_OPERATOR_UNION_ID: 'operator',
  VIEWER_AUTH: 'fixed',
};

/** The warnings of a start, or the hints of a refused one. */
function saidAbout(environment: NodeJS.ProcessEnv): readonly string[] {
  const result = readConfig({ ...live, ...environment });
  return result.ok ? result.warnings : result.hints;
}

const quoted = 'begins and ends with quotes, which are part of the value here: write it without them';

test.each(['"key"', "'key'", '`key`', '"key" ', '“密钥”', "''"])(
  'a value in quotes, %s, is warned about',
  (value) => {
    expect(saidAbout({ DINGTALK_APP_KEY: value })).toContain(`DINGTALK_APP_KEY ${quoted}`);
  },
);

test.each(['"', '"key', 'key"', `"key'`, 'a "key" b'])('%s is not in quotes', (value) => {
  expect(saidAbout({ DINGTALK_APP_KEY: value })).toEqual([]);
});

test('a refused value says that it is in quotes', () => {
  expect(readConfig({ ...live, VIEWER_AUTH: '"fixed"' })).toEqual({
    ok: false,
    problems: [{ variable: 'VIEWER_AUTH', message: 'must be one of: fixed, jwt, dingtalk, session, router' }],
    hints: [`VIEWER_AUTH ${quoted}`],
  });
});

test.each([
  ['\u200b', 'a zero-width space'],
  ['\ufeff', 'a byte order mark'],
  ['\u00a0', 'a no-break space'],
  ['\r', 'a carriage return'],
  ['\n', 'a line break'],
  ['\t', 'a tab'],
  ['\u0000', 'an invisible character (U+0000)'],
  ['\u2060', 'an invisible character (U+2060)'],
  ['\u3000', 'an invisible character (U+3000)'],
  ['\u202e', 'an invisible character (U+202E)'],
])('%j inside a value is warned about', (character, what) => {
  const said = [`VIEWER_LOG_KEY contains ${what}: type the value again, without it`];

  expect(saidAbout({ VIEWER_LOG_KEY: `5d41402abc4b2a76${character}b9719d911017c592` })).toEqual(said);
});

test.each([
  ['key\r', 'a carriage return'],
  ['key\n', 'a line break'],
  ['\ufeffkey', 'a byte order mark'],
  ['key\u00a0', 'a no-break space'],
  ['key ', 'a blank'],
  ['\tkey', 'a tab'],
])('%j: what is removed is warned about', (value, what) => {
  const result = readConfig({ ...live, DINGTALK_APP_KEY: value });

  expect(result).toMatchObject({
    ok: true,
    warnings: [`DINGTALK_APP_KEY begins or ends with ${what}, which is ignored: remove it`],
    config: { dingtalk: { app: { appKey: 'key' } } },
  });
});

test('a file of Windows: each of its variables is named, without its value', () => {
  const said = saidAbout({ DINGTALK_APP_SECRET: 'my-secret\r', LOG_LEVEL: 'info\r' });

  expect(said).toEqual([
    'LOG_LEVEL begins or ends with a carriage return, which is ignored: remove it',
    'DINGTALK_APP_SECRET begins or ends with a carriage return, which is ignored: remove it',
  ]);
});

test('the lines of a public key are no accident', () => {
  const pem = '-----BEGIN PUBLIC KEY-----\r\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----';

  expect(saidAbout({ VIEWER_JWT_PUBLIC_KEY: pem })).toEqual([]);
  expect(saidAbout({ VIEWER_JWT_PUBLIC_KEY: `"${pem}"` })).toEqual([`VIEWER_JWT_PUBLIC_KEY ${quoted}`]);
});

test('variables that are not ours are not looked at', () => {
  expect(saidAbout({ PS1: '"\u200b\r ' })).toEqual([]);
});
