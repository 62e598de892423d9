import { expect, test } from '@jest/globals';
import type { Config } from '../../src/config/config.ts';
import { readConfig } from '../support/read-config.ts';

const key = '5d41402abc4b2a76b9719d911017c592';
const other = '7d793037a0760186574b0282f2f435e7';
const live = {
  DINGTALK_APP_KEY: 'app',
  DINGTALK_APP_SECRET: 'secret',
  VIEWER_AUTH: 'session',
  SESSION_KEY: key,
};

function problemsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const result = readConfig(environment);
  if (result.ok) return {};
  return Object.fromEntries(result.problems.map(({ variable, message }) => [variable, message]));
}

function configOf(environment: NodeJS.ProcessEnv): Config & { readonly warnings: readonly string[] } {
  const result = readConfig(environment);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { ...result.config, warnings: result.warnings };
}

test('a key is all that signing in needs, also in the sandbox', () => {
  const { viewer, dingtalk, warnings } = configOf(live);
  const sandbox = configOf({
    VIEWER_AUTH: 'session',
    SESSION_KEY: `${key}, ${other}`,
    SESSION_TTL_MS: '60000',
  });

  expect(viewer).toEqual({ kind: 'session', keys: [key], ttlMs: 7_200_000 });
  expect(dingtalk.legacy).toEqual({ url: new URL('https://oapi.dingtalk.io'), proxy: undefined });
  expect(warnings).toEqual([]);
  expect(sandbox.viewer).toEqual({ kind: 'session', keys: [key, other], ttlMs: 60_000 });
  expect(sandbox.warnings).toEqual([]);
});

test.each([
  ['missing', undefined, 'must be set with VIEWER_AUTH=session'],
  ['empty', ',', 'must contain a key'],
  ['short', 'x'.repeat(31), 'must have 32 bytes or more in each key: make one with openssl rand -hex 32'],
  [
    'short beside a good one',
    `${key},y`,
    'must have 32 bytes or more in each key: make one with openssl rand -hex 32',
  ],
  ['beyond ASCII', 'ä'.repeat(32), 'must contain printable ASCII characters only'],
  ['there twice', `${key},${key}`, 'must not contain the same key twice'],
  [
    'one of nine',
    Array.from({ length: 9 }, (_each, index) => `${key}${index}`).join(),
    'must be at most 8 keys: drop those whose tokens have expired',
  ],
])('a key that is %s is a problem at start', (_what, SESSION_KEY, message) => {
  expect(problemsOf({ ...live, SESSION_KEY })).toEqual({ SESSION_KEY: message });
});

test.each([
  ['changeme'.repeat(4), 'looks like a placeholder'],
  ['ab'.repeat(16), 'repeats a few characters'],
])('a key that is easy to guess is a problem, which does not repeat it', (weak, weakness) => {
  const problem = `has a key that ${weakness}: anyone who guesses it signs in as any person; make a random one, for instance with openssl rand -hex 32`;

  expect(problemsOf({ ...live, SESSION_KEY: weak })).toEqual({ SESSION_KEY: problem });
  expect(problemsOf({ ...live, SESSION_KEY: `${key},${weak}` })).toEqual({ SESSION_KEY: problem });
});

test.each(['59999', '43200001', '2h'])('a token cannot live for %s ms', (SESSION_TTL_MS) => {
  expect(problemsOf({ ...live, SESSION_TTL_MS })).toEqual({
    SESSION_TTL_MS: 'must be a whole number from 60000 to 43200000',
  });
});

test('the legacy host follows from the API’s, or has to be set', () => {
  const legacyOf = (environment: NodeJS.ProcessEnv) =>
    configOf({ ...live, ...environment }).dingtalk.legacy?.url.href;

  expect(legacyOf({ DINGTALK_API_URL: 'https://api.dingtalk.com' })).toBe('https://oapi.dingtalk.com/');
  expect(legacyOf({ DINGTALK_LEGACY_URL: 'https://egress.example/oapi' })).toBe(
    'https://egress.example/oapi',
  );
  for (const DINGTALK_API_URL of [
    'https://egress.example',
    'https://api.dingtalk.io/path',
    'http://127.0.0.1:1',
  ]) {
    expect(problemsOf({ ...live, DINGTALK_API_URL })).toEqual({
      DINGTALK_LEGACY_URL:
        'must be set with VIEWER_AUTH=session where DINGTALK_API_URL is no host api.<domain>: people sign in at the legacy host',
    });
  }
  expect(configOf({ ...live, VIEWER_AUTH: 'dingtalk', SESSION_KEY: '' }).dingtalk.legacy).toBeUndefined();
});

test('plain http to the legacy host has to be allowed, and then is a warning', () => {
  const plain = { ...live, DINGTALK_LEGACY_URL: 'http://egress.example' };

  expect(problemsOf(plain)).toEqual({
    DINGTALK_LEGACY_URL:
      'must be https: plain http is accepted to loopback only, unless ALLOW_PLAINTEXT_SECRETS=1 lets the network read all secrets',
  });
  expect(configOf({ ...plain, ALLOW_PLAINTEXT_SECRETS: '1' }).warnings).toEqual([
    'ALLOW_PLAINTEXT_SECRETS=1: everyone on the way to DINGTALK_LEGACY_URL reads the secret of the app, tokens and links, and can change answers',
  ]);
});

test('the legacy host is behind the forward proxy like the other one', () => {
  const { legacy } = configOf({ ...live, HTTPS_PROXY: 'http://proxy.example:3128' }).dingtalk;

  expect(legacy?.proxy?.url.href).toBe('http://proxy.example:3128/');
  expect(
    configOf({ ...live, HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'oapi.dingtalk.io' }).dingtalk,
  ).toMatchObject({ legacy: { proxy: undefined }, proxy: { url: new URL('http://proxy.example:3128') } });
});

test('what signing in needs has no effect in other modes', () => {
  const { warnings } = configOf({
    ...live,
    VIEWER_AUTH: 'dingtalk',
    SESSION_TTL_MS: '60000',
    DINGTALK_LEGACY_URL: 'https://oapi.dingtalk.com',
  });

  expect(warnings).toEqual(
    ['SESSION_KEY', 'SESSION_TTL_MS', 'DINGTALK_LEGACY_URL'].map(
      (name) => `${name} has no effect with VIEWER_AUTH=dingtalk`,
    ),
  );
});
