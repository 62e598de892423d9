import net from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { createManualClock } from '../support/manual-clock.ts';
import { startGateway } from '../support/start-gateway.ts';

const lookup = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';

test('/healthz is 200 while the process lives', async () => {
  await using gateway = await startGateway();

  const response = await fetch(`${gateway.url}/healthz`);

  expect([response.status, await response.json()]).toEqual([200, { status: 'alive' }]);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('/readyz is ready once a token is available, and fetches it only once', async () => {
  await using gateway = await startGateway();

  const first = await fetch(`${gateway.url}/readyz`);
  const second = await fetch(`${gateway.url}/readyz`);

  expect([first.status, await first.json()]).toEqual([200, { status: 'ready' }]);
  expect(second.status).toBe(200);
  expect(gateway.upstream.calls.map(({ api }) => api)).toEqual(['accessToken']);
});

test('/readyz gives the reason while it is not ready, and recovers', async () => {
  await using gateway = await startGateway();
  gateway.upstream.addFault('accessToken', { kind: 'html', status: 502 }, 1);

  const failing = await fetch(`${gateway.url}/readyz`);
  const recovered = await fetch(`${gateway.url}/readyz`);

  expect([failing.status, await failing.json()]).toEqual([
    503,
    { status: 'not ready', reasons: ['cannot get an access token from DingTalk'] },
  ]);
  expect(recovered.status).toBe(200);
});

test('/readyz stays ready while the breaker is open: what is remembered must be served', async () => {
  await using gateway = await startGateway({ clock: createManualClock() });
  gateway.upstream.addFault('conversationSpace', { kind: 'error', code: 'systemError' });
  for (let index = 0; index < 9; index += 1) await gateway.query(lookup, { id: `cid.demo.${index}` });

  const failing = await fetch(`${gateway.url}/readyz`);

  expect([failing.status, await failing.json()]).toEqual([200, { status: 'ready' }]);
  const { body } = await gateway.query(lookup, { id: 'cid.demo.0' });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterMs: 1000 });
});

test('refusals do not make the gateway unready', async () => {
  await using gateway = await startGateway();
  for (let index = 0; index < 6; index += 1) await gateway.query(lookup, { id: 'cid.permissionDenied' });

  const response = await fetch(`${gateway.url}/readyz`);

  expect(response.status).toBe(200);
});

test('clients that disconnect do not open the breaker', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, { id: 'cid.demo.a' });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  const leaving = new AbortController();
  const left = Array.from({ length: 10 }, (_, index) =>
    gateway.query(lookup, { id: `cid.demo.${index}` }, {}, leaving.signal),
  );
  await gateway.upstream.waitForCalls('conversationSpace', 11);
  leaving.abort();
  for (const answer of await Promise.allSettled(left)) expect(answer.status).toBe('rejected');
  while (gateway.upstream.abortedCalls < 10) await new Promise((resolve) => setImmediate(resolve));

  const response = await fetch(`${gateway.url}/readyz`);

  expect(response.status).toBe(200);
});

test('x-request-id is accepted, returned and logged', async () => {
  await using gateway = await startGateway();

  const { headers } = await gateway.query(lookup, { id: 'cid.systemError' }, { 'x-request-id': 'trace-7f' });

  expect(headers.get('x-request-id')).toBe('trace-7f');
  const lines = gateway.log
    .map((line) => JSON.parse(line))
    .filter(({ requestId }) => requestId === 'trace-7f');
  expect(lines.map(({ msg }) => msg)).toEqual(['lookup failed', 'failed']);
  expect(lines[1]).toMatchObject({ method: 'POST', route: '/graphql', status: 200 });
});

test.each([['with blanks'], ['x'.repeat(129)], ['<script>']])(
  'an x-request-id such as %j is replaced',
  async (given) => {
    await using gateway = await startGateway();

    const response = await fetch(`${gateway.url}/healthz`, { headers: { 'x-request-id': given } });

    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  },
);

test('answers of the graph may not be cached on the way', async () => {
  await using gateway = await startGateway();

  const { headers } = await gateway.query(lookup, { id: 'cid.demo.a' });

  expect(headers.get('cache-control')).toBe('private, no-store');
});

test('an unknown path is a 404 in the form of a GraphQL error', async () => {
  await using gateway = await startGateway();

  const response = await fetch(`${gateway.url}/graphiql`);

  expect([response.status, await response.json()]).toEqual([
    404,
    {
      errors: [
        {
          message: 'Not found. The GraphQL endpoint is /graphql (GET or POST).',
          extensions: { code: 'NOT_FOUND', retryable: false },
        },
      ],
    },
  ]);
});

test('other origins are allowed only if CORS_ORIGINS names them', async () => {
  await using gateway = await startGateway({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
  const preflight = (origin: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });

  const [known, unknown] = [
    await preflight('https://app.example.com'),
    await preflight('https://evil.example.com'),
  ];

  expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  expect(unknown.headers.get('access-control-allow-origin')).toBeNull();
});

test('a stop answers running requests and closes idle connections at once', async () => {
  const gateway = await startGateway();
  const { hostname, port } = new URL(gateway.url);
  const idle = net.connect(Number(port), hostname);
  idle.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(idle, 'data');
  gateway.upstream.setLatency(100, 'conversationSpace');

  const underWay = gateway.query(lookup, { id: 'cid9FTRQSLo+sKxxxx' });
  await gateway.upstream.waitForCalls('conversationSpace', 1);
  const idleClosed = once(idle, 'close');
  const stopped = gateway.close();

  const { body } = await underWay;
  await idleClosed;
  await stopped;
  expect(body).toEqual({ data: { conversationSpace: { spaceId: '798xxxxx' } } });
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
});

test('a client that disconnects aborts its upstream call', async () => {
  await using gateway = await startGateway();
  await gateway.query(lookup, { id: 'cid.demo.a' });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 1);
  const leaving = new AbortController();

  const answer = gateway.query(lookup, { id: 'cid.demo.b' }, {}, leaving.signal);
  await gateway.upstream.waitForCalls('conversationSpace', 2);
  leaving.abort();

  await expect(answer).rejects.toThrow();
  while (gateway.upstream.abortedCalls === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(gateway.upstream.inFlight).toBe(0);
});
