import { expect, test } from '@jest/globals';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { scrape } from '../metrics/scrape.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { sessionKey, startSessionGateway } from '../support/session-gateway.ts';

/** A refusal in which DingTalk repeats what was sent. */
const quoting = (...sent: readonly string[]): Fault => ({
  kind: 'answer',
  status: 200,
  body: JSON.stringify({
    errcode: 12345,
    errmsg: `bad request: ${sent.join(' ')}`,
    request_id: sent.join('-'),
  }),
});

test('a code is struck out of what DingTalk says in every form of escapes', async () => {
  await using gateway = await startSessionGateway();
  const code = 'auth.chyxxxxx.se/cret+';
  const encoded = 'auth.chyxxxxx.se%2Fcret%2B';
  const forms = [code, encoded, encoded.toLowerCase(), String.raw`auth.chyxxxxx.se\/cret+`];
  gateway.upstream.addFault('getUserInfo', quoting(...forms), 1);

  await gateway.signIn({ authCode: code });

  expect(gateway.log.join('')).toContain(`bad request: ${forms.map(() => '[redacted]').join(' ')}`);
});

test('no code, token, key or unionId is in an answer of ours, the log, a metric or a span', async () => {
  await using receiver = await startOtlpReceiver();
  const gateway = await startSessionGateway({
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
  });
  const codes = [
    'auth.chyxxxxx.secret',
    'auth.linxxxxx.secret',
    'oauth.chyxxxxx.secret',
    'oauth.wangxxxxx.secret',
  ];
  const [page = '', otherPage = '', login = '', outsider = ''] = codes;
  const { body: first } = await gateway.signIn({ authCode: page });
  const appToken = gateway.upstream.callsTo('getUserInfo')[0]?.query['access_token'] ?? '';
  expect(appToken).toMatch(/^\w{32}$/);
  const { body: second } = await gateway.signIn({ oauthCode: login });
  const { body: renewed } = await gateway.renew(second.token);
  await gateway.ask(renewed.token);
  const answers = [await gateway.end(first.token), await gateway.ask(first.token)];
  answers.push(await gateway.signIn({ authCode: page }), await gateway.signIn({ oauthCode: outsider }));
  gateway.upstream.addFault(
    'getUserInfo',
    quoting(appToken, otherPage, 'code%3D', encodeURIComponent(otherPage)),
    1,
  );
  answers.push(await gateway.signIn({ authCode: otherPage }));
  gateway.upstream.addFault('getUserInfo', { kind: 'reset' }, 1);
  answers.push(await gateway.signIn({ authCode: otherPage }));
  gateway.upstream.addFault('userAccessToken', quoting(login, 'sandbox-app-secret'), 1);
  answers.push(await gateway.signIn({ oauthCode: login }));
  gateway.upstream.addFault('getByUnionId', quoting('linxxxxx', appToken), 1);
  answers.push(await gateway.signIn({ oauthCode: 'oauth.linxxxxx.secret' }));

  const metrics = (await scrape(gateway.url)).text;
  await gateway.close();
  const exported = receiver.exports.map(({ bytes }) => bytes.toString());
  const bodies = answers.map(({ body }) => JSON.stringify(body));
  const seen = [...gateway.log, metrics, ...exported, ...bodies].join('\n');

  const secrets = [
    ...codes,
    'oauth.linxxxxx.secret',
    appToken,
    ...[first, second, renewed].map(({ token }) => token),
    'chyxxxxx',
    'linxxxxx',
    'wangxxxxx',
    'sandbox-user-token',
    'sandbox-app-secret',
    sessionKey,
  ];
  expect(secrets.filter((secret) => secret === undefined || seen.includes(secret))).toEqual([]);
  // There is something to find it in.
  expect(seen).toContain('[redacted]');
  expect(seen).toContain('"route":"/session"');
  expect(seen).toContain('api="getUserInfo"');
  expect(receiver.spans().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['POST /session', 'DELETE /session', 'POST getUserInfo', 'POST userAccessToken']),
  );
});
