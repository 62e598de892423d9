import { tmpdir } from 'node:os';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';

const live = {
  DINGTALK_APP_KEY: 'key',
  DINGTALK_APP_SECRET: 'secret',
  DINGTALK_OPERATOR_UNION_ID: 'operator',
  VIEWER_AUTH: 'fixed',
};

const strongKey = '5d41402abc4b2a76b9719d911017c592';

/** The problems by variable; empty if there are none. */
function problemsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const result = readConfig(environment);
  return result.ok
    ? {}
    : Object.fromEntries(result.problems.map(({ variable, message }) => [variable, message]));
}

test('without variables the gateway is a sandbox on localhost, without authentication', () => {
  expect(readConfig({})).toEqual({
    ok: true,
    warnings: [],
    config: {
      host: '127.0.0.1',
      allowedHosts: [],
      port: 4000,
      admin: undefined,
      shutdownDelayMs: 0,
      production: false,
      explorer: true,
      introspection: true,
      inlineTrace: false,
      corsOrigins: [],
      logLevel: 'info',
      logFormat: undefined,
      hstsMaxAgeS: 0,
      answerCaching: 'off',
      maxLookupsPerRequest: 200,
      limits: {
        bodyBytes: 262_144,
        concurrentRequests: 2000,
        headerBytes: 16_384,
        headersTimeoutMs: 5000,
        requestTimeoutMs: 10_000,
        keepAliveTimeoutMs: 72_000,
        aliases: 100,
        queryTokens: 5000,
        queryDepth: 10,
        queryDirectives: 20,
        answerBytes: 1_048_576,
        answerFields: 25_000,
        errors: 300,
        viewerRequestsPerSecond: undefined,
      },
      viewerLogKey: undefined,
      telemetry: undefined,
      dingtalk: {
        mode: 'sandbox',
        apiUrl: new URL('https://api.dingtalk.io'),
        app: { kind: 'internal', appKey: 'sandbox-app-key', appSecret: 'sandbox-app-secret' },
        callsPerSecond: 20,
        timeoutMs: 5000,
        monthlyQuota: undefined,
      },
      cache: {
        ttlMs: 60_000,
        listTtlMs: 15_000,
        staleMs: 600_000,
        negativeTtlMs: 5000,
        freshMinMs: 5000,
        maxBytes: 67_108_864,
        maxEntries: 100_000,
      },
      redisUrl: undefined,
      viewer: { kind: 'fixed', operatorUnionId: 'chyxxxxx', apiKeys: [] },
    },
  });
});

test('credentials make it live, and then require VIEWER_AUTH', () => {
  expect(problemsOf({ ...live, VIEWER_AUTH: '' })).toEqual({
    VIEWER_AUTH:
      'must be set to fixed, jwt, dingtalk, session or router: it decides on whose behalf DingTalk is called',
  });
  expect(readConfig(live)).toMatchObject({ ok: true, config: { dingtalk: { mode: 'live' } } });
});

test('production listens everywhere, hides the explorer and introspection', () => {
  expect(readConfig({ ...live, NODE_ENV: 'production', GATEWAY_API_KEYS: 'a, b' })).toMatchObject({
    ok: true,
    config: {
      host: '::',
      explorer: false,
      introspection: false,
      viewer: {
        apiKeys: [
          { name: 'key1', key: 'a' },
          { name: 'key2', key: 'b' },
        ],
      },
    },
  });
});

const noSchema =
  'The explorer has no schema, so it neither documents nor completes: set INTROSPECTION=on, or IDE=off';

test.each<[string, NodeJS.ProcessEnv, { explorer: boolean; introspection: boolean }, string[]]>([
  [
    'in production',
    { NODE_ENV: 'production', IDE: 'on' },
    { explorer: true, introspection: false },
    [noSchema],
  ],
  [
    'in production with introspection',
    { NODE_ENV: 'production', IDE: 'on', INTROSPECTION: 'on' },
    { explorer: true, introspection: true },
    [],
  ],
  [
    'off, with introspection',
    { NODE_ENV: 'production', INTROSPECTION: 'on' },
    { explorer: false, introspection: true },
    [],
  ],
  [
    'in development without introspection',
    { INTROSPECTION: 'off' },
    { explorer: true, introspection: false },
    [noSchema],
  ],
  [
    'in development, both off',
    { INTROSPECTION: 'off', IDE: 'off' },
    { explorer: false, introspection: false },
    [],
  ],
])('an explorer without a schema is a warning: %s', (_which, environment, config, warnings) => {
  expect(readConfig({ ...live, GATEWAY_API_KEYS: strongKey, ...environment })).toMatchObject({
    ok: true,
    config,
    warnings,
  });
});

test('production uses the sandbox only if it is set', () => {
  expect(Object.keys(problemsOf({ NODE_ENV: 'production' }))).toEqual([
    'DINGTALK_APP_KEY',
    'DINGTALK_APP_SECRET',
    'VIEWER_AUTH',
  ]);
  const askedFor = { NODE_ENV: 'production', DINGTALK_MODE: 'sandbox', ALLOW_ANONYMOUS: '1' };
  expect(readConfig(askedFor)).toMatchObject({ ok: true, config: { dingtalk: { mode: 'sandbox' } } });
});

const plaintextProblem =
  'must be https: plain http is accepted to loopback only, unless ALLOW_PLAINTEXT_SECRETS=1 lets the network read all secrets';

test('reports all problems together, by name and without values', () => {
  const problems = problemsOf({
    PORT: 'http-secret',
    DINGTALK_APP_KEY: 'key-secret',
    DINGTALK_API_URL: 'http://api.dingtalk.io/secret',
    UPSTREAM_TIMEOUT_MS: '0',
    VIEWER_AUTH: 'secret',
    CORS_ORIGINS: 'https://app.example.com/secret',
    LOG_LEVEL: 'secret',
  });

  expect(problems).toEqual({
    PORT: 'must be a whole number from 0 to 65535',
    DINGTALK_API_URL: plaintextProblem,
    VIEWER_AUTH: 'must be one of: fixed, jwt, dingtalk, session, router',
    UPSTREAM_TIMEOUT_MS: 'must be a whole number from 1 to 600000',
    CORS_ORIGINS:
      'must be a comma-separated list of origins, such as https://app.example.com: no path, no slash at the end',
    LOG_LEVEL: 'must be one of: trace, debug, info, warn, error, fatal, silent',
    DINGTALK_APP_SECRET: 'must be set to talk to DingTalk',
  });
  expect(JSON.stringify(problems)).not.toContain('secret"');
});

test.each([
  ['http://127.0.0.1:8080'],
  ['http://127.9.9.9'],
  ['http://localhost:3000'],
  ['http://[::1]:3000'],
  ['https://api.dingtalk.com'],
  ['https://api.dingtalk.com/'],
  ['https://egress.example/dingtalk'],
  ['https://egress.example:8443/teams/a-b_c/dingtalk~v1/'],
  ['https://egress.example/%E9%92%89/@a:b;c=d'],
  ['https://egress.example/..a/b../...'],
])('DINGTALK_API_URL may be %s', (url) => {
  expect(problemsOf({ ...live, DINGTALK_API_URL: url })).toEqual({});
});

const onlyPath =
  'must be https, with a path at most: no credentials, query or fragment, and no segment that is empty, "." or ".."';

test.each([
  ['http://10.0.0.1', plaintextProblem],
  ['http://egress.example/dingtalk', plaintextProblem],
  ['http://localhost.example.com', plaintextProblem],
  ['http://127.0.0.1.example.com', plaintextProblem],
  ['api.dingtalk.io', 'must be an absolute URL, scheme included'],
  ['ftp://api.dingtalk.io', onlyPath],
  ['https:api.dingtalk.io', onlyPath],
  ['https://user:password@api.dingtalk.io', onlyPath],
  ['https://user@api.dingtalk.io/dingtalk', onlyPath],
  ['https://egress.example/dingtalk?key=1', onlyPath],
  ['https://egress.example/dingtalk?', onlyPath],
  ['https://egress.example/dingtalk#', onlyPath],
  ['https://egress.example/a/../b', onlyPath],
  ['https://egress.example/..', onlyPath],
  ['https://egress.example/./a', onlyPath],
  ['https://egress.example/a/%2e%2E/b', onlyPath],
  ['https://egress.example/a/.%2e', onlyPath],
  ['https://egress.example/a\\..\\b', onlyPath],
  ['https://egress.example/a/.\t./b', onlyPath],
  ['https://egress.example//dingtalk', onlyPath],
  ['https://egress.example/dingtalk//', onlyPath],
])('DINGTALK_API_URL may not be %j', (url, problem) => {
  expect(problemsOf({ ...live, DINGTALK_API_URL: url })).toEqual({ DINGTALK_API_URL: problem });
});

const plaintext = { ...live, DINGTALK_API_URL: 'http://egress.example/dingtalk' };

test('plain http beyond loopback has to be allowed, and is then a warning at every start', () => {
  expect(problemsOf({ ...plaintext, ALLOW_PLAINTEXT_SECRETS: '0' })).toEqual({
    DINGTALK_API_URL: plaintextProblem,
  });
  expect(readConfig({ ...plaintext, ALLOW_PLAINTEXT_SECRETS: '1' })).toMatchObject({
    ok: true,
    warnings: [
      'ALLOW_PLAINTEXT_SECRETS=1: everyone on the way to DINGTALK_API_URL reads the secret of the app, tokens and links, and can change answers',
    ],
  });
});

test.each(['https://api.dingtalk.io', 'http://127.0.0.1:1', 'http://[::1]:1'])(
  'ALLOW_PLAINTEXT_SECRETS has no effect with %s',
  (url) => {
    const set = { ...live, DINGTALK_API_URL: url };

    expect(readConfig({ ...set, ALLOW_PLAINTEXT_SECRETS: '1' })).toMatchObject({
      ok: true,
      warnings: ['ALLOW_PLAINTEXT_SECRETS has no effect where DINGTALK_API_URL is https or loopback'],
    });
    expect(readConfig({ ...set, ALLOW_PLAINTEXT_SECRETS: '0' })).toMatchObject({ ok: true, warnings: [] });
  },
);

test('ALLOW_PLAINTEXT_SECRETS is about DingTalk alone', () => {
  const jwt = { VIEWER_AUTH: 'jwt', VIEWER_JWT_ISSUER: 'i', VIEWER_JWT_AUDIENCE: 'a' };
  const keys = { VIEWER_JWKS_URL: 'http://issuer.example/keys' };

  expect(problemsOf({ ...plaintext, ALLOW_PLAINTEXT_SECRETS: '1', ...jwt, ...keys })).toEqual({
    VIEWER_JWKS_URL: 'must be https: plain http is accepted to loopback only',
  });
});

const severalHosts =
  'has several hosts: write redis+sentinel:// for Sentinels or redis+cluster:// for a Cluster';
const noService =
  'must end with the service that the Sentinels watch and perhaps a database number, such as /mymaster or /mymaster/1';
const noOneHost = 'has a host that is none: write host or host:port, and an IPv6 address in brackets';
const severalLogins = 'repeats user and password: write them once, before the first host';
const noHost =
  'has a host that is none: write host or host:port with commas between them, and an IPv6 address in brackets';

test.each([
  'redis://cache',
  'redis://cache/',
  'rediss://:secret@cache:6380/15',
  'redis://:my%23sec%2Fret@cache',
  'redis://:my@sec%ret@cache',
  'redis://:my@sec,ret@cache',
  'redis+sentinel://one,two:26380,[::1]:26381/mymaster',
  'rediss+sentinel://user:secret@one/my.master-1/15',
  'redis+cluster://one',
  'rediss+cluster://:secret@one:7000,two:7001/0',
])('REDIS_URL may be %s', (url) => {
  expect(problemsOf({ REDIS_URL: url })).toEqual({});
});

test.each([
  ['cache:6379', 'must be a redis:// or rediss:// URL with a host'],
  ['http://cache', 'must be a redis:// or rediss:// URL with a host'],
  ['redis://cache/first', 'may end with a database number, such as /1, and nothing else'],
  ['redis://cache/99999', 'may end with a database number, such as /1, and nothing else'],
  ['redis://cache?db=1', 'may end with a database number, such as /1, and nothing else'],
  ['redis://:my#secret@cache', 'has an unescaped # in its password: write # as %23'],
  ['redis://:12#secret@cache:6379/1', 'has an unescaped # in its password: write # as %23'],
  ['redis://gateway:6379/secret@cache', 'has an unescaped / in its password: write / as %2F'],
  ['redis://one:6379,two:6379', severalHosts],
  ['redis://one,two/1', severalHosts],
  ['redis://one:0', noOneHost],
  ['redis://one:99999', noOneHost],
  ['redis://one:6379:6380', noOneHost],
  ['redis://::1:6379', noOneHost],
  ['redis://:secret@${REDIS_HOST}:6379', noOneHost],
  ['redis://:secret@one:6379,:secret@two:6379', severalLogins],
  ['redis+cluster://me:secret@one,me:secret@two,me:secret@three', severalLogins],
  ['redis+sentinel://one,two', noService],
  ['redis+sentinel://one/mymaster/first', noService],
  ['redis+sentinel://one/my master', noService],
  ['redis+sentinel://one,,two/mymaster', noHost],
  ['redis+cluster://one,two:seven', noHost],
  ['redis+cluster://one,two:0', noHost],
  ['redis+cluster://', noHost],
  ['redis+cluster://one/1', 'must not have a database number: a Cluster has number 0 alone'],
  ['redis+cluster://one?host=two', 'must have nothing after ? or #'],
  [
    'redis+replica://one',
    'must begin with redis://, redis+sentinel:// or redis+cluster://, or with rediss for TLS',
  ],
  ['redis+cluster://:my#secret@one,two', 'has an unescaped # in its password: write # as %23'],
  ['REDISS://:secret?@cache', 'has an unescaped ? in its password: write ? as %3F'],
  ['redis://:/sec#ret@cache', 'has an unescaped # and / in its password: write # as %23, / as %2F'],
])('REDIS_URL may not be %s', (url, message) => {
  expect(problemsOf({ REDIS_URL: url })).toEqual({ REDIS_URL: message });
});

test.each<NodeJS.ProcessEnv>([{ VIEWER_AUTH: 'fixed' }, { VIEWER_AUTH: 'dingtalk' }, {}])(
  'the inline trace is for a router alone: %o',
  (environment) => {
    expect(problemsOf({ ...environment, APOLLO_INLINE_TRACE: '1' })).toEqual({
      APOLLO_INLINE_TRACE:
        'must not be 1 without VIEWER_AUTH=router: traces are for a router, and any client could ask for them. Set VIEWER_AUTH=router, or leave it out',
    });
    expect(readConfig({ ...environment, APOLLO_INLINE_TRACE: '0' })).toMatchObject({
      ok: true,
      config: { inlineTrace: false },
    });
  },
);

test('the inline trace behind a router', () => {
  expect(
    readConfig({ VIEWER_AUTH: 'router', ROUTER_SECRET: strongKey, APOLLO_INLINE_TRACE: '1' }),
  ).toMatchObject({
    ok: true,
    warnings: [],
    config: { inlineTrace: true },
  });
});

test.each<[string, NodeJS.ProcessEnv, string[]]>([
  ['fixed without an operator', { ...live, DINGTALK_OPERATOR_UNION_ID: '' }, ['DINGTALK_OPERATOR_UNION_ID']],
  ['fixed in production without keys', { ...live, NODE_ENV: 'production' }, ['GATEWAY_API_KEYS']],
  ['router without a secret', { ...live, VIEWER_AUTH: 'router' }, ['ROUTER_SECRET']],
  [
    'jwt without anything',
    { ...live, VIEWER_AUTH: 'jwt' },
    ['VIEWER_JWT_ISSUER', 'VIEWER_JWT_AUDIENCE', 'VIEWER_JWKS_URL'],
  ],
  [
    'jwt with a text that is not a key',
    {
      ...live,
      VIEWER_AUTH: 'jwt',
      VIEWER_JWT_ISSUER: 'i',
      VIEWER_JWT_AUDIENCE: 'a',
      VIEWER_JWT_PUBLIC_KEY: 'x',
    },
    ['VIEWER_JWT_PUBLIC_KEY', 'VIEWER_JWKS_URL'],
  ],
  ['an app without its secret', { ...live, DINGTALK_APP_SECRET: '' }, ['DINGTALK_APP_SECRET']],
  ['two applications', { ...live, DINGTALK_SUITE_KEY: 'suite' }, ['DINGTALK_SUITE_KEY']],
  [
    'half a suite',
    { DINGTALK_SUITE_KEY: 'suite', VIEWER_AUTH: 'dingtalk' },
    ['DINGTALK_SUITE_SECRET', 'DINGTALK_SUITE_TICKET_FILE', 'DINGTALK_CORP_ID'],
  ],
])('%s is a problem', (_what, environment, variables) => {
  expect(Object.keys(problemsOf(environment))).toEqual(variables);
});

test('an unknown DINGTALK_ or VIEWER_ variable is warned about with the nearest known name', () => {
  const result = readConfig({
    ...live,
    DINGTALK_APP_SECRT: 'x',
    VIEWER_AUHT: 'y',
    DINGTALK: 'z',
    PATH: '/bin',
    HOME: '/',
    GATEWAY_API_KEY: 'k',
    CORS_ORIGIN: 'o',
  });

  expect(result).toMatchObject({
    ok: true,
    warnings: [
      'DINGTALK_APP_SECRT is not a variable of the gateway and is ignored: did you mean DINGTALK_APP_SECRET?',
      'VIEWER_AUHT is not a variable of the gateway and is ignored: did you mean VIEWER_AUTH?',
      'GATEWAY_API_KEY is not a variable of the gateway and is ignored: did you mean GATEWAY_API_KEYS?',
      'CORS_ORIGIN is not a variable of the gateway and is ignored: did you mean CORS_ORIGINS?',
    ],
  });
});

test('REDIS_URL has the scheme redis or rediss', () => {
  expect(readConfig({ ...live, REDIS_URL: 'rediss://:secret@redis.example:6380/1' })).toMatchObject({
    ok: true,
    warnings: [],
    config: { redisUrl: new URL('rediss://:secret@redis.example:6380/1') },
  });
  const remedy = 'must be a redis:// or rediss:// URL with a host';
  expect(problemsOf({ ...live, REDIS_URL: 'http://localhost:6379' })).toEqual({ REDIS_URL: remedy });
});

test('ALLOW_ANONYMOUS=1 in production is possible, with a warning', () => {
  expect(readConfig({ ...live, NODE_ENV: 'production', ALLOW_ANONYMOUS: '1' })).toMatchObject({
    ok: true,
    warnings: ['ALLOW_ANONYMOUS=1: anyone who reaches this port reads DingTalk as the fixed operator'],
  });
});

test('a start that fails because of a misspelt variable names it', () => {
  expect(readConfig({ ...live, DINGTALK_APP_SECRET: '', DINGTALK_APP_SECRT: 'x' })).toMatchObject({
    ok: false,
    problems: [{ variable: 'DINGTALK_APP_SECRET' }],
    hints: [
      'DINGTALK_APP_SECRT is not a variable of the gateway and is ignored: did you mean DINGTALK_APP_SECRET?',
    ],
  });
});

test('warns about a variable that has no effect because of another setting', () => {
  expect(readConfig({ DINGTALK_API_URL: 'https://api.dingtalk.com', ROUTER_SECRET: 'x' })).toMatchObject({
    ok: true,
    warnings: [
      'ROUTER_SECRET has no effect with VIEWER_AUTH=fixed',
      'DINGTALK_API_URL has no effect in the sandbox',
    ],
  });
});

test('ANSWER_CACHING=private is for VIEWER_AUTH=router, and needs something that is fresh', () => {
  const router = {
    ...live,
    DINGTALK_OPERATOR_UNION_ID: '',
    VIEWER_AUTH: 'router',
    ROUTER_SECRET: 'c2a7d1f09b3e48d6',
  };
  const remedy =
    'must be off, or unset, without VIEWER_AUTH=router: other caches do not have the person in their key';

  expect(readConfig(router)).toMatchObject({ config: { answerCaching: 'off' } });
  expect(readConfig({ ...router, ANSWER_CACHING: 'private' })).toMatchObject({
    config: { answerCaching: 'private' },
    warnings: [],
  });
  expect(readConfig({ ...router, ANSWER_CACHING: 'private', CACHE_TTL_MS: '0' })).toMatchObject({
    warnings: ['ANSWER_CACHING has no effect with CACHE_TTL_MS=0: nothing is fresh'],
  });
  for (const auth of ['fixed', 'dingtalk']) {
    const others = { ...live, VIEWER_AUTH: auth };
    expect(problemsOf({ ...others, ANSWER_CACHING: 'off' })).toEqual({});
    expect(problemsOf({ ...others, ANSWER_CACHING: 'private' })).toEqual({ ANSWER_CACHING: remedy });
  }
  expect(problemsOf({ ANSWER_CACHING: 'private' })).toEqual({ ANSWER_CACHING: remedy });
  expect(problemsOf({ ...router, ANSWER_CACHING: 'public' })).toEqual({
    ANSWER_CACHING: 'must be one of: off, private',
  });
});

test('blanks around a value are removed', () => {
  expect(readConfig({ ...live, DINGTALK_APP_KEY: ' key\n' })).toMatchObject({
    ok: true,
    config: { dingtalk: { app: { appKey: 'key' } } },
  });
});

test.each(['Production', 'prod', 'staging', 'Development'])(
  'NODE_ENV=%s counts as production, with a warning',
  (NODE_ENV) => {
    const counts = 'NODE_ENV is not production, development or test: it counts as production';

    const started = readConfig({ ...live, NODE_ENV, GATEWAY_API_KEYS: strongKey });
    expect(started).toMatchObject({
      ok: true,
      warnings: [counts],
      config: { production: true, host: '::', explorer: false, introspection: false },
    });
    const refused = readConfig({ NODE_ENV });
    expect(refused).toMatchObject({ ok: false, hints: [counts] });
    expect(Object.keys(problemsOf({ NODE_ENV }))).toEqual([
      'DINGTALK_APP_KEY',
      'DINGTALK_APP_SECRET',
      'VIEWER_AUTH',
    ]);
  },
);

test.each(['development', 'test'])('NODE_ENV=%s is not production', (NODE_ENV) => {
  expect(readConfig({ NODE_ENV })).toMatchObject({ ok: true, warnings: [], config: { production: false } });
});

const wantsKeys =
  'must be set with VIEWER_AUTH=fixed where HOST is not loopback, or ALLOW_ANONYMOUS=1 to let anyone act as the operator';
const anonymous = 'ALLOW_ANONYMOUS=1: anyone who reaches this port reads DingTalk as the fixed operator';
const everyKindOfStart: [string, NodeJS.ProcessEnv][] = [
  ['live', live],
  ['live in production', { ...live, NODE_ENV: 'production' }],
  ['in the sandbox', {}],
  ['in the sandbox in production', { DINGTALK_MODE: 'sandbox', NODE_ENV: 'production' }],
];

describe.each(everyKindOfStart)('VIEWER_AUTH=fixed %s', (_how, environment) => {
  test.each([
    '0.0.0.0',
    '::',
    '[::]',
    '10.0.0.1',
    '128.0.0.1',
    '127.1',
    'gateway.example',
    'localhost.example',
  ])('on %s it requires keys or ALLOW_ANONYMOUS=1', (HOST) => {
    const listening = { ...environment, HOST };

    expect(problemsOf(listening)).toEqual({ GATEWAY_API_KEYS: wantsKeys });
    expect(problemsOf({ ...listening, ALLOW_ANONYMOUS: '0' })).toEqual({ GATEWAY_API_KEYS: wantsKeys });
    expect(readConfig({ ...listening, GATEWAY_API_KEYS: strongKey })).toMatchObject({
      ok: true,
      warnings: [],
    });
    expect(readConfig({ ...listening, ALLOW_ANONYMOUS: '1' })).toMatchObject({
      ok: true,
      warnings: [anonymous],
    });
  });

  test.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.1.2.3', '127.1.2.3'],
    ['::1', '::1'],
    ['[::1]', '::1'],
  ])('on %s it requires neither', (HOST, host) => {
    expect(readConfig({ ...environment, HOST })).toMatchObject({ ok: true, warnings: [], config: { host } });
    expect(readConfig({ ...environment, HOST, ALLOW_ANONYMOUS: '1' })).toMatchObject({
      ok: true,
      warnings: [],
    });
  });
});

test('the other modes require no key on any address', () => {
  const environment = { ...live, VIEWER_AUTH: 'dingtalk', HOST: '0.0.0.0', DINGTALK_OPERATOR_UNION_ID: '' };

  expect(readConfig(environment)).toMatchObject({ ok: true, warnings: [] });
});

test.each([
  'http://0.0.0.0',
  'gateway.example:4000',
  '127.0.0.1:4000',
  '[::1]:4000',
  '0.0.0.0/',
  'gateway example',
  '*',
  ':4000',
])('HOST may not be %s', (HOST) => {
  expect(problemsOf({ HOST, ALLOW_ANONYMOUS: '1' })).toEqual({
    HOST: 'must be an address or a name of this machine, such as 0.0.0.0: no scheme, no port, no path',
  });
});

test.each(['gateway.example.', 'my_pod-0', 'fe80::1%eth0', '::'])('HOST may be %s', (HOST) => {
  expect(readConfig({ HOST, ALLOW_ANONYMOUS: '1' })).toMatchObject({ ok: true, config: { host: HOST } });
});

test.each(['-1', '65536', '4000.5', '0x10', 'tcp://10.0.0.1:4000'])('PORT may not be %s', (PORT) => {
  expect(problemsOf({ PORT })).toEqual({ PORT: 'must be a whole number from 0 to 65535' });
});

test.each([
  ['gateway.example', ['gateway.example']],
  [' Gateway.Example. , 10.0.0.1,::1, [FD00::1] ', ['gateway.example', '10.0.0.1', '[::1]', '[fd00::1]']],
  ['my_pod-0', ['my_pod-0']],
])('ALLOWED_HOSTS may be %s', (ALLOWED_HOSTS, allowedHosts) => {
  expect(readConfig({ ALLOWED_HOSTS })).toMatchObject({ ok: true, config: { allowedHosts } });
});

test.each([
  ',',
  '*',
  '*.example',
  'https://gateway.example',
  'gateway.example:4000',
  'gateway.example/graphql',
  'a b',
  'a..b',
  '[gateway.example]',
  '[::1]:4000',
  'gateway.example,?',
  '群.example',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(127)}a`,
])('ALLOWED_HOSTS may not be %s', (ALLOWED_HOSTS) => {
  expect(problemsOf({ ALLOWED_HOSTS })).toEqual({
    ALLOWED_HOSTS:
      'must be a comma-separated list of host names, such as gateway.example.com: no scheme, no port, no path',
  });
});

const suite = {
  DINGTALK_SUITE_KEY: 'key',
  DINGTALK_SUITE_SECRET: 'secret',
  DINGTALK_SUITE_TICKET_FILE: '/ticket',
  DINGTALK_CORP_ID: 'ding1',
  DINGTALK_OPERATOR_UNION_ID: 'operator',
  VIEWER_AUTH: 'fixed',
};
const router = { ...live, VIEWER_AUTH: 'router', DINGTALK_OPERATOR_UNION_ID: '' };

describe.each<[string, NodeJS.ProcessEnv]>([
  ['DINGTALK_APP_KEY', live],
  ['DINGTALK_APP_SECRET', live],
  ['DINGTALK_SUITE_KEY', suite],
  ['DINGTALK_SUITE_SECRET', suite],
  ['ROUTER_SECRET', router],
  ['GATEWAY_API_KEYS', live],
])('%s', (name, environment) => {
  test.each([
    '密码',
    'secret\u00e9',
    '\u201csecret\u201d',
    'a\tb',
    'a\nb',
    'a\u0000b',
    'a\u007fb',
    'a\u00a0b',
    'a\u200bb',
  ])('may not be %j', (value) => {
    expect(problemsOf({ ...environment, [name]: value })).toEqual({
      [name]: 'must contain printable ASCII characters only',
    });
  });

  test.each(['secret', 'a secret of words', `!"#$%&'()*+-./:;<=>?@[\\]^_\`{|}~`])('may be %j', (value) => {
    expect(problemsOf({ ...environment, [name]: value })).toEqual({});
  });
});

test('checks each of the keys', () => {
  expect(Object.keys(problemsOf({ ...live, GATEWAY_API_KEYS: 'good, b\u00e4d, good' }))).toEqual([
    'GATEWAY_API_KEYS',
  ]);
});

test.each(['with blank', 'with,comma', '工号', 'a\tb', 'x'.repeat(257)])(
  'an operator whose unionId is %j is a problem',
  (value) => {
    expect(problemsOf({ ...live, DINGTALK_OPERATOR_UNION_ID: value })).toEqual({
      DINGTALK_OPERATOR_UNION_ID:
        'must be a unionId: at most 256 printable ASCII characters, without blanks and commas',
    });
  },
);

test.each(['..', '.ding', 'ding/1', 'ding 1', '企业', 'd'.repeat(129)])(
  'an organization whose corpId is %j is a problem',
  (value) => {
    const problem = {
      DINGTALK_CORP_ID:
        'must be a corpId: at most 128 letters, digits, dots, underscores and hyphens, without a dot or hyphen first',
    };
    expect(problemsOf({ ...live, DINGTALK_CORP_ID: value })).toEqual(problem);
    expect(problemsOf({ ...suite, DINGTALK_CORP_ID: value })).toEqual(problem);
  },
);

test.each(['https://user:secret@issuer.example/jwks.json', 'https://user@issuer.example/jwks.json'])(
  'VIEWER_JWKS_URL may not be %s',
  (url) => {
    expect(problemsOf({ VIEWER_JWKS_URL: url })).toEqual({
      VIEWER_JWKS_URL: 'must not contain a user name or a password: issuers publish their keys to everyone',
    });
  },
);

const spki = ({ publicKey }: { publicKey: KeyObject }): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = (namedCurve: string): string => spki(generateKeyPairSync('ec', { namedCurve }));
const p256 = ec('P-256');
const remedy =
  'which verifies no token: use an RSA key of 2048 bits or more, or a key for one of the curves P-256, P-384, P-521 and Ed25519';
const notPem = 'must be a public key in PEM form: -----BEGIN PUBLIC KEY----- and what follows';
const noPrivate = 'must not be a private key: set the public one, which openssl pkey -pubout writes';
const noCertificate =
  'must not be a certificate: set its public key, which openssl x509 -noout -pubkey writes';
const atMostEight = 'must be at most 8 public keys: publish more at a VIEWER_JWKS_URL';
const jwt = { ...live, VIEWER_AUTH: 'jwt', VIEWER_JWT_ISSUER: 'i', VIEWER_JWT_AUDIENCE: 'a' };

test.each<[string, string]>([
  ['an RSA key', spki(rsa)],
  ['an RSA key in the form of PKCS #1', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['a key on one line', p256.replaceAll('\n', String.raw`\n`)],
  ['a P-384 key', ec('P-384')],
  ['a P-521 key', ec('P-521')],
  ['an Ed25519 key', spki(generateKeyPairSync('ed25519'))],
  ['several keys', p256 + spki(rsa)],
  ['several keys on one line', (p256 + spki(rsa)).replaceAll('\n', String.raw`\n`)],
])('VIEWER_JWT_PUBLIC_KEY may be %s', (_name, pem) => {
  expect(problemsOf({ ...jwt, VIEWER_JWT_PUBLIC_KEY: pem })).toEqual({});
});

test.each<[string, string, string]>([
  ['no PEM', p256.replaceAll(/-----.*-----/g, ''), notPem],
  ['cut off', p256.slice(0, 100), notPem],
  ['empty', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', notPem],
  ['a private key', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), noPrivate],
  ['a private key of PKCS #1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), noPrivate],
  [
    'a private key beside its public one',
    spki(rsa) + rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    noPrivate,
  ],
  ['a certificate', p256.replaceAll('PUBLIC KEY', 'CERTIFICATE'), noCertificate],
  ['nine keys', p256.repeat(9), atMostEight],
  [
    'a weak key behind a good one',
    p256 + ec('P-224'),
    `must not be a key for the curve secp224r1, ${remedy}`,
  ],
  [
    '1024 bits',
    spki(generateKeyPairSync('rsa', { modulusLength: 1024 })),
    `must not be an RSA key of 1024 bits, ${remedy}`,
  ],
  [
    'RSA-PSS alone',
    spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })),
    `must not be a key of the type rsa-pss, ${remedy}`,
  ],
  ['secp256k1', ec('secp256k1'), `must not be a key for the curve secp256k1, ${remedy}`],
  ['P-224', ec('P-224'), `must not be a key for the curve secp224r1, ${remedy}`],
  ['X25519', spki(generateKeyPairSync('x25519')), `must not be a key of the type x25519, ${remedy}`],
  ['Ed448', spki(generateKeyPairSync('ed448')), `must not be a key of the type ed448, ${remedy}`],
])('a VIEWER_JWT_PUBLIC_KEY that is %s is a problem', (_name, pem, problem) => {
  expect(problemsOf({ ...jwt, VIEWER_JWT_PUBLIC_KEY: pem })).toMatchObject({
    VIEWER_JWT_PUBLIC_KEY: problem,
  });
  expect(problemsOf({ VIEWER_JWT_PUBLIC_KEY: pem })).toEqual({ VIEWER_JWT_PUBLIC_KEY: problem });
});

const suiteOfRouter = {
  VIEWER_AUTH: 'router',
  ROUTER_SECRET: 'secret',
  DINGTALK_SUITE_KEY: 'key',
  DINGTALK_SUITE_TICKET_FILE: 'ticket',
};

test.each(['DINGTALK_APP_SECRET', 'DINGTALK_SUITE_SECRET', 'ROUTER_SECRET'])(
  '%s may be two secrets, of which the first is the one in use',
  (name) => {
    const environment =
      name === 'DINGTALK_SUITE_SECRET'
        ? suiteOfRouter
        : { ...live, VIEWER_AUTH: 'router', ROUTER_SECRET: 'secret' };
    const result = readConfig({ ...environment, [name]: 'first, second,' });

    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const { dingtalk, viewer } = result.config;
    expect({ ...dingtalk.app, ...viewer }).toMatchObject(
      {
        DINGTALK_APP_SECRET: { appSecret: 'first', otherAppSecret: 'second' },
        DINGTALK_SUITE_SECRET: { suiteSecret: 'first', otherSuiteSecret: 'second' },
        ROUTER_SECRET: { secrets: ['first', 'second'] },
      }[name] ?? {},
    );
    const pairs = (value: string) => problemsOf({ ...environment, [name]: value });
    expect(pairs('one,two,three')).toMatchObject({
      [name]: 'must be one secret, or two with a comma between them while one replaces the other',
    });
    expect(pairs('one, one')).toMatchObject({ [name]: 'must not contain the same secret twice' });
    expect(pairs(' , ')).toMatchObject({ [name]: 'must contain a secret' });
    expect(pairs('one,t\u00fcr')).toMatchObject({ [name]: 'must contain printable ASCII characters only' });
  },
);

test('STATE_DIR has to be a folder that exists, and has no effect beside Redis', () => {
  const missing =
    'must name a folder that exists and that this user may read: create it, for instance with mkdir -m 700';

  expect(problemsOf({ ...live, STATE_DIR: tmpdir() })).toEqual({});
  expect(problemsOf({ ...live, STATE_DIR: `${tmpdir()}/none/here` })).toEqual({ STATE_DIR: missing });
  expect(problemsOf({ ...live, STATE_DIR: import.meta.filename })).toEqual({ STATE_DIR: missing });
  expect(problemsOf({ ...live, STATE_DIR: '/proc/self' })).toEqual({
    STATE_DIR: 'must name a folder that this user may write: change its owner, or mount it writable',
  });
  expect(readConfig({ ...live, STATE_DIR: tmpdir(), REDIS_URL: 'redis://127.0.0.1' })).toMatchObject({
    warnings: ['STATE_DIR has no effect with REDIS_URL: the count is there'],
  });
});
