import http from 'node:http';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startSessionGateway, type SessionGateway } from '../support/session-gateway.ts';

interface Tried {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: any;
}

/** Tries one code from an address of its own. */
function trySignIn({ url }: SessionGateway, authCode: string, localAddress: string): Promise<Tried> {
  const { promise, resolve, reject } = Promise.withResolvers<Tried>();
  const { port } = new URL(url);
  const headers = { 'content-type': 'application/json' };
  http
    .request({
      host: '127.0.0.1',
      port,
      localAddress,
      agent: false,
      method: 'POST',
      path: '/session',
      headers,
    })
    .once('response', (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part: string) => (text += part));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          body: JSON.parse(text),
        }),
      );
    })
    .once('error', reject)
    .end(JSON.stringify({ authCode }));
  return promise;
}

test('a flood of made-up codes from one address has a quarter of the rate, and keeps nobody else out', async () => {
  await using gateway = await startSessionGateway({ environment: { DINGTALK_QPS: '20' } });
  const answers: Tried[] = [];
  const flooding = Promise.all(
    Array.from({ length: 100 }, async (_each, index) => {
      answers.push(await trySignIn(gateway, `auth.nobody.${index}`, '127.0.0.2'));
    }),
  );
  const answered = (status: number) => answers.filter((answer) => answer.status === status).length;
  await eventually(() => answered(401) === 5);

  expect((await trySignIn(gateway, 'auth.chyxxxxx.1', '127.0.0.3')).status).toBe(201);

  // Five a second within the deadline of five seconds; the others are refused at once.
  await eventually(() => answered(429) >= 50);
  const refused = answers.find(({ status }) => status === 429);
  const retryAfterMs = refused?.body.errors[0].extensions.retryAfterMs;
  expect(refused?.body).toEqual({
    errors: [
      {
        message: 'Too many calls to DingTalk right now: wait retryAfterMs and try again.',
        extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs },
      },
    ],
  });
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(refused?.retryAfter).toBe(String(Math.ceil(retryAfterMs / 1000)));
  for (let second = 0; second < 6; second += 1) {
    gateway.clock.advance(1000);
    await eventually(() => gateway.upstream.callsTo('getUserInfo').length === answered(401) + 1);
  }
  await flooding;
  expect(answered(401) + answered(429) + answered(504)).toBe(100);
  expect(gateway.upstream.callsTo('getUserInfo').length).toBeLessThanOrEqual(1 + 6 * 5);
});

test('renewing counts as a request of the viewer', async () => {
  await using gateway = await startSessionGateway({ environment: { VIEWER_RPS: '1' } });
  const token = await gateway.tokenOf('auth.chyxxxxx.1');

  expect((await gateway.renew(token)).status).toBe(200);
  expect(await gateway.renew(token)).toMatchObject({
    status: 429,
    body: { errors: [{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1000 } }] },
  });
  expect((await gateway.end(token)).status).toBe(204);
});
