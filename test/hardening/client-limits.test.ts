import net from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createManualClock } from '../support/manual-clock.ts';
import { sendRaw } from '../support/raw-http.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = '{ conversationSpace(openConversationId: "cid.demo.a") { corpId } }';
const router = { VIEWER_AUTH: 'router', ROUTER_SECRET: 'secret' };
const as = (unionId: string) => ({ 'x-router-secret': 'secret', 'x-dingtalk-union-id': unionId });

test('a viewer beyond VIEWER_RPS gets RATE_LIMITED with retryAfterMs, and no other viewer does', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { ...router, VIEWER_RPS: '3' } });
  const ask = (unionId: string) => gateway.query(lookup, {}, as(unionId));

  const three = [await ask('chy'), await ask('chy'), await ask('chy')];
  const fourth = await ask('chy');
  const another = await ask('lin');

  expect([...three, another].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(fourth.status).toBe(429);
  expect(fourth.headers.get('retry-after')).toBe('1');
  expect(fourth.body).toEqual({
    errors: [
      {
        message: 'Too many requests: wait retryAfterMs and try again.',
        extensions: {
          code: 'RATE_LIMITED',
          retryable: true,
          retryAfterMs: 334,
          limit: 3,
          asked: 4,
          variable: 'VIEWER_RPS',
        },
      },
    ],
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(4);

  clock.advance(333);
  expect((await ask('chy')).status).toBe(429);
  clock.advance(1);
  expect((await ask('chy')).status).toBe(200);
  expect((await ask('chy')).status).toBe(429);
  clock.advance(1000);
  expect((await Promise.all([ask('chy'), ask('chy'), ask('chy')])).map(({ status }) => status)).toEqual([
    200, 200, 200,
  ]);
  expect((await ask('chy')).status).toBe(429);
});

test('an unauthenticated request does not count against any viewer', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: { ...router, VIEWER_RPS: '1' } });

  const refused = await gateway.query(lookup, {}, { ...as('chy'), 'x-router-secret': 'wrong' });
  const first = await gateway.query(lookup, {}, as('chy'));

  expect([refused.status, first.status]).toEqual([401, 200]);
});

test('without VIEWER_RPS there is no such limit', async () => {
  await using gateway = await startGateway({ clock: createManualClock() });

  const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.query('{ __typename }')));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});

const patience = { HEADERS_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '200' };
const tooSlow = {
  errors: [
    {
      message: 'The request took too long to arrive: send it faster.',
      extensions: { code: 'BAD_REQUEST', retryable: false },
    },
  ],
};

test.each([
  ['headers that never end', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n'],
  ['half a request line', 'POST /gra'],
  [
    'a body that never ends',
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"query"',
  ],
  [
    'chunks that never end',
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
])('%s are ended at their timeout', async (_what, bytes) => {
  await using gateway = await startGateway({ environment: patience });

  const answer = await sendRaw(gateway.url, bytes);

  expect([answer?.status, JSON.parse(answer?.body ?? '')]).toEqual([408, tooSlow]);
});

test('a silent connection is closed', async () => {
  await using gateway = await startGateway({ environment: patience });
  const { hostname, port } = new URL(gateway.url);
  const silent = net.connect(Number(port), hostname);
  silent.resume();

  await once(silent, 'close');
});

test('headers that trickle in are ended at the same timeout', async () => {
  await using gateway = await startGateway({ environment: patience });
  const { hostname, port } = new URL(gateway.url);
  const slow = net.connect(Number(port), hostname);
  slow.on('error', () => undefined);
  slow.write('POST /graphql HTTP/1.1\r\n');
  const drip = setInterval(() => slow.write('a: b\r\n'), 10);

  const [answer] = await once(slow, 'data');
  clearInterval(drip);
  slow.destroy();

  expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
});

test('an answer may take longer than a request', async () => {
  await using gateway = await startGateway({ environment: patience });
  gateway.upstream.setLatency(400, 'conversationSpace');

  const { body } = await gateway.query(lookup);

  expect(body).toEqual({ data: { conversationSpace: { corpId: 'ding1234xxxxx' } } });
});
