import { expect, test } from '@jest/globals';
import { readConfig } from '../support/read-config.ts';
import { sandboxCredentials } from '../../src/sandbox/credentials.ts';
import { found, rawQuery, unauthenticated } from '../support/raw-query.ts';
import { startGateway } from '../support/start-gateway.ts';

const environment = { VIEWER_AUTH: 'router', ROUTER_SECRET: 'between-router-and-gateway' };
const secret = ['x-router-secret', 'between-router-and-gateway'] as const;
const lin = ['x-dingtalk-union-id', 'linxxxxx'] as const;

test('with its secret the router names the operator', async () => {
  await using gateway = await startGateway({ environment });

  const answer = await rawQuery(gateway.url, [secret, lin]);

  expect(answer).toMatchObject({ status: 200, body: found });
  expect(gateway.upstream.callsTo('conversationSpace').map(({ query }) => query)).toEqual([
    { unionId: 'linxxxxx' },
  ]);
});

test('the router names the organization, and its token is used', async () => {
  await using gateway = await startGateway({
    environment: { ...environment, DINGTALK_CORP_ID: sandboxCredentials.corpId },
  });

  await rawQuery(gateway.url, [secret, lin, ['x-dingtalk-corp-id', 'ding5678xxxxx']]);
  await rawQuery(gateway.url, [secret, lin, ['x-dingtalk-corp-id', '']]);

  expect(gateway.upstream.callsTo('corpToken').map(({ path }) => path)).toEqual([
    '/v1.0/oauth2/ding5678xxxxx/token',
    '/v1.0/oauth2/ding1234xxxxx/token',
  ]);
});

test.each<[string, (readonly [string, string])[]]>([
  ['nothing', []],
  ['no secret', [lin]],
  ['an empty secret', [['x-router-secret', ''], lin]],
  ['a wrong secret', [['x-router-secret', 'between-router-and-gatewaz'], lin]],
  ['the beginning of the secret', [['x-router-secret', 'between-router'], lin]],
  ['the secret twice', [secret, secret, lin]],
  ['the secret folded', [['x-router-secret', `${secret[1]},${secret[1]}`], lin]],
  ['no operator', [secret]],
  ['an empty operator', [secret, ['x-dingtalk-union-id', '']]],
  ['the same operator twice', [secret, lin, lin]],
  ['two operators', [secret, lin, ['X-DingTalk-Union-Id', 'chyxxxxx']]],
  ['an operator after an empty one', [secret, ['x-dingtalk-union-id', ''], lin]],
  ['two operators folded into one', [secret, ['x-dingtalk-union-id', 'linxxxxx,chyxxxxx']]],
  ['two operators folded with a blank', [secret, ['x-dingtalk-union-id', 'linxxxxx, chyxxxxx']]],
  ['an operator with a blank', [secret, ['x-dingtalk-union-id', 'lin xxxxx']]],
  ['an operator beyond ASCII', [secret, ['x-dingtalk-union-id', 'lin\u00e9']]],
  ['an operator with a tab', [secret, ['x-dingtalk-union-id', 'lin\txxxxx']]],
  ['an endless operator', [secret, ['x-dingtalk-union-id', 'x'.repeat(257)]]],
  ['two organizations', [secret, lin, ['x-dingtalk-corp-id', 'a'], ['x-dingtalk-corp-id', 'b']]],
  ['two organizations folded', [secret, lin, ['x-dingtalk-corp-id', 'a,b']]],
  ['an organization that is a parent path', [secret, lin, ['x-dingtalk-corp-id', '..']]],
  ['an organization that is a path', [secret, lin, ['x-dingtalk-corp-id', 'a/../b']]],
])('%s is refused', async (_name, headers) => {
  await using gateway = await startGateway({ environment });

  const answer = await rawQuery(gateway.url, headers);

  expect(answer).toMatchObject(unauthenticated);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test.each<[string, string]>([
  ['a carriage return', 'lin\rxxxxx'],
  ['a line break', 'lin\nxxxxx'],
  ['a NUL', 'lin\u0000xxxxx'],
  ['a fold', 'lin\r\n xxxxx'],
])('an operator with %s is not valid HTTP', async (_name, unionId) => {
  await using gateway = await startGateway({ environment });

  const answer = await rawQuery(gateway.url, [secret, ['x-dingtalk-union-id', unionId]]);

  expect(answer.status).toBe(400);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('a short secret causes a warning in production', () => {
  const production = { NODE_ENV: 'production', DINGTALK_APP_KEY: 'a', DINGTALK_APP_SECRET: 'b' };
  const result = readConfig({ ...production, VIEWER_AUTH: 'router', ROUTER_SECRET: 'short' });

  expect(result).toMatchObject({ ok: true, warnings: [expect.stringMatching(/^ROUTER_SECRET is shorter/)] });
  expect(JSON.stringify(result)).not.toMatch(/warnings.*"short/);
});
