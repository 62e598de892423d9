import { expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';

const production = { NODE_ENV: 'production', DINGTALK_APP_KEY: 'a', DINGTALK_APP_SECRET: 'b' };
const fixed = { ...production, VIEWER_AUTH: 'fixed', DINGTALK_OPERATOR_UNION_ID: 'operator' };
const router = { ...production, VIEWER_AUTH: 'router' };
const strong = '5d41402abc4b2a76b9719d911017c592';
const remedy = 'make a random one, for instance with openssl rand -hex 32';

const warningsOf = (environment: NodeJS.ProcessEnv): unknown => {
  const result = readConfig(environment);
  return result.ok ? result.warnings : result.problems;
};

test.each([
  ['short', 'is shorter than 16 characters'],
  ['fifteen-letters', 'is shorter than 16 characters'],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'repeats a few characters'],
  ['1234512345123451234512345', 'repeats a few characters'],
  ['changeme-changeme-changeme', 'looks like a placeholder'],
  ['replace-with-your-own-key', 'looks like a placeholder'],
  ['the-Password-of-our-router', 'looks like a placeholder'],
])('%s is a weak secret, of clients as of the router', (secret, weakness) => {
  expect(warningsOf({ ...fixed, GATEWAY_API_KEYS: `${strong}, ${secret}` })).toEqual([
    `GATEWAY_API_KEYS has a key that ${weakness}: anyone who guesses it acts as the operator; ${remedy}`,
  ]);
  expect(warningsOf({ ...router, ROUTER_SECRET: secret })).toEqual([
    `ROUTER_SECRET ${weakness}: anyone who guesses it acts as any operator; ${remedy}`,
  ]);
  expect(warningsOf({ ...router, ROUTER_SECRET: `${strong},${secret}` })).toEqual([
    `ROUTER_SECRET has a secret that ${weakness}: anyone who guesses it acts as any operator; ${remedy}`,
  ]);
  expect(warningsOf({ ...router, ROUTER_SECRET: strong, VIEWER_LOG_KEY: secret })).toEqual([
    `VIEWER_LOG_KEY ${weakness}: anyone who guesses it finds the viewers behind the names in the log; ${remedy}`,
  ]);
});

test.each([strong, '8231904756120938', 'Zp4rT9xQvL2mKj7w'])('%s is a strong secret', (secret) => {
  expect(warningsOf({ ...fixed, GATEWAY_API_KEYS: secret })).toEqual([]);
  expect(warningsOf({ ...router, ROUTER_SECRET: secret, VIEWER_LOG_KEY: secret })).toEqual([]);
});

test('on loopback a weak secret is the machine’s own affair', () => {
  expect(warningsOf({ ...fixed, HOST: '127.0.0.1', GATEWAY_API_KEYS: 'key' })).toEqual([]);
  expect(warningsOf({ ...router, HOST: '127.0.0.1', ROUTER_SECRET: 'key' })).toEqual([]);
});
