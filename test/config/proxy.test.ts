import { expect, test } from '@jest/globals';
import { readNoProxy } from '../../src/config/no-proxy.ts';
import { misspeltVariableWarnings } from '../../src/config/misspelt-variables.ts';
import { readConfig } from '../support/read-config.ts';

const live = {
  DINGTALK_APP_KEY: 'key',
  DINGTALK_APP_SECRET: 'secret',
  DINGTALK_OPERATOR_UNION_ID: 'operator',
  VIEWER_AUTH: 'fixed',
};
const byJwt = {
  ...live,
  DINGTALK_OPERATOR_UNION_ID: '',
  VIEWER_AUTH: 'jwt',
  VIEWER_JWKS_URL: 'https://keys.example/jwks.json',
  VIEWER_JWT_ISSUER: 'issuer',
  VIEWER_JWT_AUDIENCE: 'audience',
};

function configOf(environment: NodeJS.ProcessEnv) {
  const result = readConfig(environment);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

/** The proxy of DingTalk's host, and the warnings. */
function dingtalkProxy(environment: NodeJS.ProcessEnv) {
  const { config, warnings } = configOf({ ...live, ...environment });
  const { proxy } = config.dingtalk;
  return { proxy: proxy && `${proxy.url.href} ${proxy.authorization}`, warnings };
}

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

test.each([
  ['http://proxy.example:3128', 'http://proxy.example:3128/ undefined'],
  ['http://proxy.example', 'http://proxy.example/ undefined'],
  ['HTTP://Proxy.Example:3128/', 'http://proxy.example:3128/ undefined'],
  ['https://proxy.example:3129', 'https://proxy.example:3129/ undefined'],
  ['http://[fd00::1]:3128', 'http://[fd00::1]:3128/ undefined'],
  ['http://user:word@proxy.example:3128', `http://proxy.example:3128/ ${basic('user:word')}`],
  ['http://user@proxy.example:3128', `http://proxy.example:3128/ ${basic('user:')}`],
  [
    'http://us%40er:p%40ss%3Aw%2Ford%25@proxy.example:3128',
    `http://proxy.example:3128/ ${basic('us@er:p@ss:w/ord%')}`,
  ],
  ['http://user:密码@proxy.example:3128', `http://proxy.example:3128/ ${basic('user:密码')}`],
])('HTTPS_PROXY=%s is a proxy', (HTTPS_PROXY, proxy) => {
  expect(dingtalkProxy({ HTTPS_PROXY })).toEqual({ proxy, warnings: [] });
});

const form = 'http://proxy.example:3128 or http://user:password@proxy.example:3128';

test.each([
  ['proxy.example:3128', `must be a URL, such as ${form}`],
  ['proxy.example', `must be a URL, such as ${form}`],
  ['http:/proxy.example:3128', `must be a URL, such as ${form}`],
  ['http://:3128', `must be a URL, such as ${form}`],
  ['http://proxy.example:port', `must be a URL, such as ${form}`],
  [
    'socks5://secret@proxy.example:1080',
    'must begin with http:// or https://: other kinds of proxy are not supported',
  ],
  [
    'htps://proxy.example:3128',
    'must begin with http:// or https://: other kinds of proxy are not supported',
  ],
  [
    'http://proxy.example:3128/secret',
    `must be a proxy's scheme, host and port and nothing else, such as ${form}`,
  ],
  [
    'http://proxy.example:3128?secret',
    `must be a proxy's scheme, host and port and nothing else, such as ${form}`,
  ],
  ['http://user:se/cret@proxy.example:3128', 'has an unescaped / in its password: write / as %2F'],
  ['http://user:se#cret@proxy.example:3128', 'has an unescaped # in its password: write # as %23'],
  [
    'http://user:sec%ret@proxy.example:3128',
    'has a % in its user or password that begins no escape: write %25',
  ],
  [
    'http://us%3Aer:secret@proxy.example:3128',
    'has a : in its user, which Basic authentication does not allow',
  ],
])('HTTPS_PROXY=%s is one problem, without its value', (value, message) => {
  for (const variable of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
    expect(readConfig({ ...live, [variable]: value })).toEqual({
      ok: false,
      problems: [{ variable, message }],
      hints: [],
    });
  }
  expect(message).not.toContain('secret');
});

test('the sandbox, which asks nobody, starts with any proxy', () => {
  expect(configOf({ HTTPS_PROXY: 'socks5://127.0.0.1:7890' })).toMatchObject({
    config: { dingtalk: { mode: 'sandbox', proxy: undefined } },
    warnings: [],
  });
});

test('lower case wins, with a warning where the two differ', () => {
  const lower = 'http://lower.example:1';
  const capitals = 'http://capitals.example:2';

  expect(dingtalkProxy({ https_proxy: lower })).toEqual({ proxy: `${lower}/ undefined`, warnings: [] });
  expect(dingtalkProxy({ https_proxy: lower, HTTPS_PROXY: lower })).toMatchObject({ warnings: [] });
  expect(dingtalkProxy({ https_proxy: ' ', HTTPS_PROXY: capitals })).toEqual({
    proxy: `${capitals}/ undefined`,
    warnings: [],
  });
  expect(
    dingtalkProxy({ https_proxy: lower, HTTPS_PROXY: capitals, no_proxy: 'a.example', NO_PROXY: '*' }),
  ).toEqual({
    proxy: `${lower}/ undefined`,
    warnings: [
      'HTTPS_PROXY and https_proxy differ, and https_proxy is used: set one of them',
      'NO_PROXY and no_proxy differ, and no_proxy is used: set one of them',
    ],
  });
});

test('each host has the proxy of its scheme; loopback and the sandbox have none', () => {
  const proxies = { HTTPS_PROXY: 'http://secure.example:1', HTTP_PROXY: 'http://plain.example:2' };
  const proxyOf = (environment: NodeJS.ProcessEnv) => {
    const { dingtalk, viewer } = configOf({ ...proxies, ...environment }).config;
    const keys = viewer.kind === 'jwt' && 'jwksUrl' in viewer.keys ? viewer.keys.proxy?.url.host : 'fixed';
    return [dingtalk.proxy?.url.host, keys];
  };

  expect(proxyOf(byJwt)).toEqual(['secure.example:1', 'secure.example:1']);
  expect(proxyOf({ ...byJwt, NO_PROXY: 'keys.example' })).toEqual(['secure.example:1', undefined]);
  expect(proxyOf({ ...byJwt, NO_PROXY: 'dingtalk.io' })).toEqual([undefined, 'secure.example:1']);
  expect(proxyOf({ ...byJwt, VIEWER_JWKS_URL: 'http://localhost:80/' })).toEqual([
    'secure.example:1',
    undefined,
  ]);
  const plain = { DINGTALK_API_URL: 'http://egress.example', ALLOW_PLAINTEXT_SECRETS: '1' };
  expect(proxyOf({ ...live, ...plain })).toEqual(['plain.example:2', 'fixed']);
  for (const DINGTALK_API_URL of [
    'https://127.0.0.1',
    'http://127.1.2.3:80',
    'https://[::1]',
    'https://localhost',
  ])
    expect(proxyOf({ ...live, DINGTALK_API_URL })).toEqual([undefined, 'fixed']);
  expect(proxyOf({})).toEqual([undefined, 'fixed']);
  expect(proxyOf({ ...live, HTTPS_PROXY: '' })).toEqual([undefined, 'fixed']);
});

test.each<[list: string, matching: string[], others: string[]]>([
  ['*', ['https://api.dingtalk.io', 'http://10.0.0.1'], []],
  ['a.example, *', ['https://api.dingtalk.io'], []],
  ['dingtalk.io', ['https://dingtalk.io', 'https://API.dingtalk.io.'], ['https://notdingtalk.io']],
  ['.DingTalk.io', ['https://dingtalk.io', 'https://api.dingtalk.io'], ['https://notdingtalk.io']],
  ['*.dingtalk.io', ['https://api.dingtalk.io', 'https://a.b.dingtalk.io'], ['https://dingtalk.io']],
  ['dingtalk.io.', ['https://api.dingtalk.io'], []],
  ['a.example b.example,,c.example', ['https://b.example', 'https://c.example'], ['https://d.example']],
  ['a.example:8443', ['https://a.example:8443', 'https://b.a.example:8443'], ['https://a.example']],
  ['a.example:443', ['https://a.example'], ['http://a.example']],
  ['a.example:80', ['http://a.example'], ['https://a.example']],
  ['*.a.example:8443', ['https://b.a.example:8443'], ['https://b.a.example', 'https://a.example:8443']],
  ['10.1.2.3', ['https://10.1.2.3', 'https://10.1.2.3:8443'], ['https://10.1.2.4', 'https://110.1.2.3']],
  ['10.1.2.3:8443', ['https://10.1.2.3:8443'], ['https://10.1.2.3']],
  ['10.0.0.0/8', ['https://10.200.0.1'], ['https://11.0.0.1', 'https://a.example', 'https://[fd00::1]']],
  ['0.0.0.0/0', ['https://10.200.0.1'], ['https://a.example']],
  ['fd00::1', ['https://[fd00::1]', 'https://[fd00:0::0:1]:8443'], ['https://[fd00::2]']],
  ['[fd00::1]', ['https://[fd00::1]'], ['https://[fd00::2]']],
  ['[fd00::1]:8443', ['https://[fd00::1]:8443'], ['https://[fd00::1]']],
  ['fd00::/8', ['https://[fdff::1]'], ['https://[fe80::1]', 'https://10.0.0.1']],
  ['例子.example', ['https://例子.example', 'https://a.xn--fsqu00a.example'], ['https://example']],
  ['svc_1.local', ['https://svc_1.local'], []],
])('NO_PROXY=%s', (list, matching, others) => {
  const { matches, unknown } = readNoProxy(list);

  expect(unknown).toEqual([]);
  expect(matching.filter((url) => !matches(new URL(url)))).toEqual([]);
  expect(others.filter((url) => matches(new URL(url)))).toEqual([]);
});

test('entries of NO_PROXY in no known form are warned about by their place, and match nothing', () => {
  const NO_PROXY =
    'a.example, <local>, https://b.example, 10.0.0.0/33, 10.0.0/8, c.example:port, *.*, d*.example, [fd00::1';
  const { config, warnings } = configOf({ ...live, HTTPS_PROXY: 'http://proxy.example', NO_PROXY });

  expect(config.dingtalk.proxy?.url.host).toBe('proxy.example');
  expect(warnings).toEqual([
    'NO_PROXY has no host, address or network as entry 2, 3, 4, 5, 6, 7, 8, 9, which is ignored: correct it',
  ]);
});

test('proxies of other programs are no mistakes; what few programs know is', () => {
  const others = ['http_proxy', 'https_proxy', 'no_proxy', 'ftp_proxy', 'FTP_PROXY', 'GOPROXY', 'GONOPROXY'];
  expect(misspeltVariableWarnings(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);

  expect(misspeltVariableWarnings({ ALL_PROXY: 'x' })).toEqual([
    'ALL_PROXY is not a variable of the gateway and is ignored: did you mean HTTPS_PROXY?',
  ]);
  expect(misspeltVariableWarnings({ ALL_PROXY: 'x', HTTPS_PROXY: 'x' })).toEqual([]);
  expect(misspeltVariableWarnings({ HTTPS_PROXI: 'x' })).toHaveLength(1);
});
