import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { rawRequest } from '../support/raw-http.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

/** A long deadline, so that no call times out. */
const patient = { UPSTREAM_TIMEOUT_MS: '600000' };

const post = (query: string): Buffer =>
  rawRequest(
    'POST /graphql HTTP/1.1',
    [['content-type', 'application/json']],
    JSON.stringify({ query, variables: {}, operationName: null }),
  );
const lookupOf = (id: string): string =>
  `{ conversationSpace(openConversationId: "${id}") { spaceId corpId createTime modifiedTime } }`;
const get = (path: string): Buffer => rawRequest(`GET ${path} HTTP/1.1`, []);

/** A client that pipelines `requests` without reading answers. */
function pipeline({ url }: GatewayUnderTest, requests: readonly Buffer[]): Socket {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(Buffer.concat(requests));
  return socket;
}

/** The server sides of future connections. */
function connectionsOf({ app }: GatewayUnderTest): Socket[] {
  const connections: Socket[] = [];
  app.server.on('connection', (socket) => connections.push(socket));
  return connections;
}

const many = (count: number, write: (index: number) => Buffer): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => write(index));

test('beyond ten pipelined requests the gateway stops reading a connection, and serves the others', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock });
  const connections = connectionsOf(gateway);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 10);

  const requests = many(20_000, (index) => post(lookupOf(`cid.demo.${index}`)));
  const greedy = pipeline(gateway, requests);
  await gateway.upstream.waitForCalls('conversationSpace', 10);
  const bystander = await gateway.query(lookupOf('cid9FTRQSLo+sKxxxx'));

  expect(bystander.body.data.conversationSpace.spaceId).toBe('798xxxxx');
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(11);
  // One or two reads out of five megabytes.
  expect(connections[0]!.bytesRead).toBeLessThanOrEqual(2 * 65_536);
  expect(connections[0]!.isPaused()).toBe(true);
  // Its end is noticed as soon as its requests are answered.
  greedy.destroy();
  clock.advance(5000);
  await eventually(() => connections[0]!.destroyed);
});

test.each<[string, (index: number) => Buffer, number, string]>([
  ['lookups', (index) => post(lookupOf(`cid.demo.${index}`)), 300, '"spaceId":"'],
  ['operations without a lookup', () => post('{ __typename }'), 1000, '"__typename":"Query"'],
  ['GETs that are refused', () => get('/graphql?query={__typename}'), 1000, '"code":"BAD_REQUEST"'],
  ['health checks', () => get('/healthz'), 900, '"alive"'],
  ['unknown paths', () => get('/nothing'), 900, '"code":"NOT_FOUND"'],
])('hundreds of pipelined %s are all answered, in order', async (_what, write, count, mark) => {
  await using gateway = await startGateway({ environment: patient });

  const client = pipeline(gateway, many(count, write));
  let received = '';
  client.on('data', (chunk) => (received += chunk.toString()));
  await eventually(() => received.split('HTTP/1.1 ').length === count + 1);
  client.destroy();

  expect(received.split(mark)).toHaveLength(count + 1);
  const asked = gateway.upstream
    .callsTo('conversationSpace')
    .map(({ body }) => (body as { openConversationId: string }).openConversationId);
  if (asked.length > 0) {
    expect(asked).toHaveLength(count);
    const answered = [...received.matchAll(/"spaceId":"([^"]+)"/g)].map(([, spaceId]) => spaceId);
    expect(answered.slice(0, 3)).toEqual(
      await Promise.all(
        [0, 1, 2].map(
          async (index) =>
            (await gateway.query(lookupOf(`cid.demo.${index}`))).body.data.conversationSpace.spaceId,
        ),
      ),
    );
  }
});

test('a late body is read while other requests of the connection wait', async () => {
  await using gateway = await startGateway({ environment: patient });
  const whole = post(lookupOf('cid9FTRQSLo+sKxxxx'));
  gateway.upstream.setLatency(50, 'conversationSpace');

  const client = pipeline(gateway, [
    ...many(15, (index) => post(lookupOf(`cid.demo.${index}`))),
    whole.subarray(0, -20),
  ]);
  let received = '';
  client.on('data', (chunk) => (received += chunk.toString()));
  await gateway.upstream.waitForCalls('conversationSpace', 12);
  client.write(whole.subarray(-20));
  await eventually(() => received.includes('798xxxxx'));
  client.destroy();

  expect(received.split('HTTP/1.1 200')).toHaveLength(17);
});

test('a connection that sends more than its share of waiting bytes is closed, and the others continue', async () => {
  await using gateway = await startGateway({ environment: patient });
  gateway.upstream.addFault('accessToken', { kind: 'hang' });

  const greedy = pipeline(
    gateway,
    many(3000, () => Buffer.from('GET /readyz HTTP/1.1\r\nhost:a\r\n\r\n')),
  );
  await new Promise((resolve) => greedy.resume().once('close', resolve));

  expect(await (await fetch(`${gateway.url}/healthz`)).json()).toEqual({ status: 'alive' });
});

test('beyond MAX_CONCURRENT_REQUESTS an operation is refused at once, but health checks are not', async () => {
  await using gateway = await startGateway({ environment: { ...patient, MAX_CONCURRENT_REQUESTS: '2' } });
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 2);
  const leaving = new AbortController();
  const hanging = ['a', 'b'].map((id) =>
    gateway.query(lookupOf(`cid.demo.${id}`), {}, {}, leaving.signal).catch(() => 'left'),
  );
  await gateway.upstream.waitForCalls('conversationSpace', 2);

  const { status, headers, body } = await gateway.query('{ __typename }');
  const alive = await fetch(`${gateway.url}/healthz`);

  expect({ status, body, retryAfter: headers.get('retry-after'), alive: alive.status }).toEqual({
    status: 503,
    retryAfter: '1',
    alive: 200,
    body: {
      errors: [
        {
          message: 'The gateway is overloaded: wait retryAfterMs and try again.',
          extensions: {
            code: 'GATEWAY_OVERLOADED',
            retryable: true,
            retryAfterMs: 1000,
            limit: 2,
            asked: 3,
            variable: 'MAX_CONCURRENT_REQUESTS',
          },
        },
      ],
    },
  });
  leaving.abort();
  expect(await Promise.all(hanging)).toEqual(['left', 'left']);
  await eventually(async () => (await gateway.query('{ __typename }')).status === 200);
});

test('a client that reads none of its answers is closed', async () => {
  await using gateway = await startGateway({
    environment: { HEADERS_TIMEOUT_MS: '200', REQUEST_TIMEOUT_MS: '200', UPSTREAM_TIMEOUT_MS: '300' },
  });
  const connections = connectionsOf(gateway);
  const long = `{ ${Array.from({ length: 50 }, (_, index) => `a${index}: _service { sdl }`).join(' ')} }`;

  const silent = pipeline(
    gateway,
    many(200, () => post(long)),
  );
  silent.pause();
  await eventually(() => connections.length === 1);
  await once(connections[0]!, 'close');

  expect(connections[0]!.bytesWritten).toBeGreaterThan(0);
  silent.destroy();
});

test('garbage after pipelined requests is refused after their answers', async () => {
  await using gateway = await startGateway();
  gateway.upstream.setLatency(50, 'conversationSpace');

  const client = pipeline(gateway, [
    ...many(12, (index) => post(lookupOf(`cid.demo.${index}`))),
    Buffer.from('garbage\r\n\r\n'),
  ]);
  let received = '';
  client.on('data', (chunk) => (received += chunk.toString()));
  await once(client, 'close');

  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual([...Array.from({ length: 12 }, () => '200'), '400']);
});

/** More than half a megabyte. */
const long = `{ ${Array.from({ length: 48 }, (_, index) => `a${index}: _service { sdl }`).join(' ')} }`;

/** Ten clients that ask for more than 32 MiB, and read none of it. */
async function fillWithUnread(gateway: GatewayUnderTest): Promise<readonly Socket[]> {
  const requests = many(100, () => post(long));
  const readers = Array.from({ length: 10 }, () => pipeline(gateway, requests).pause());
  await eventually(async () => (await statusOf(gateway)) === 503);
  return readers;
}
const statusOf = async (gateway: GatewayUnderTest): Promise<number> =>
  (await gateway.query('{ __typename }')).status;

test('readers that keep 32 MiB of answers unread lose their connections, and the others are answered', async () => {
  const clock = createManualClock();
  await using gateway = await startGateway({ clock, environment: patient });
  const connections = connectionsOf(gateway);

  const readers = await fillWithUnread(gateway);
  expect(connections.filter(({ destroyed }) => destroyed)).toEqual([]);
  clock.advance(1000);

  expect(await statusOf(gateway)).toBe(200);
  expect(connections.some(({ destroyed }) => destroyed)).toBe(true);
  for (const reader of readers) reader.destroy();
});

test('unread answers of clients that have left no longer count', async () => {
  await using gateway = await startGateway({ clock: createManualClock(), environment: patient });
  for (let round = 0; round < 2; round += 1) {
    const readers = await fillWithUnread(gateway);

    for (const reader of readers) reader.destroy();

    await eventually(async () => (await statusOf(gateway)) === 200);
  }
});

test('large answers for clients that left before them do not count', async () => {
  await using gateway = await startGateway({ clock: createManualClock(), environment: patient });
  const aborted = (): number =>
    gateway.log.filter((line) => line.includes('the client closed the connection')).length;
  for (let round = 0; round < 7; round += 1) {
    gateway.upstream.clearCalls();
    gateway.upstream.addFault('conversationSpace', { kind: 'hang' }, 10);
    const leaving = new AbortController();
    const left = Array.from({ length: 10 }, (_, index) =>
      gateway
        .query(
          `${lookupOf(`cid.demo.${round}-${index}`).slice(0, -1)} ${long.slice(1)}`,
          {},
          {},
          leaving.signal,
        )
        .catch(() => 'left'),
    );
    await gateway.upstream.waitForCalls('conversationSpace', 10);
    const before = aborted();

    leaving.abort();

    expect(new Set(await Promise.all(left))).toEqual(new Set(['left']));
    await eventually(() => aborted() === before + 10);
    expect(await statusOf(gateway)).toBe(200);
  }
});
