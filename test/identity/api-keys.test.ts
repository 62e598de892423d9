import { expect, test } from '@jest/globals';
import type { SandboxApi } from '../../src/sandbox/routes.ts';
import { remembering } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import { requestLines } from '../support/log-lines.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { found, rawQuery } from '../support/raw-query.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';

const web = { 'x-api-key': 'the-key-of-the-web-client' };
const batch = { 'x-api-key': 'the-key-of-the-batch-client' };
const keys = { GATEWAY_API_KEYS: `web=${web['x-api-key']},batch=${batch['x-api-key']}` };
const space = 'query ($id: ID!) { conversationSpace(openConversationId: $id) { spaceId } }';
const spaces = 'query ($ids: [ID!]!) { conversations(openConversationIds: $ids) { space { spaceId } } }';
const files = 'query ($ids: [ID!]!) { dentries(spaceId: "space.demo.a", dentryIds: $ids) { name } }';

const idsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `cid.demo.${name}${index}`);

/** A gateway that makes one call a second, and a clock that stands still. */
async function startSlow() {
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: { ...keys, ...remembering, DINGTALK_QPS: '1', UPSTREAM_TIMEOUT_MS: '600000' },
  });
  return { gateway, clock };
}

const asked = ({ upstream }: GatewayUnderTest): string[] =>
  upstream
    .callsTo('conversationSpace')
    .map(({ body }) => (body as { openConversationId: string }).openConversationId.replace('cid.demo.', ''));

async function metric({ url }: GatewayUnderTest, name: string): Promise<number> {
  const text = await fetch(`${url}/metrics`).then((response) => response.text());
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.split(' ')[1],
  );
}

const queued = async (gateway: GatewayUnderTest, api: string, calls: number): Promise<void> =>
  eventually(async () => (await metric(gateway, `dingtalk_gateway_queue_depth{api="${api}"}`)) === calls);

/** Resolves once the client's first request is authenticated and, a request of others later, its lookups wait. */
async function askedBy(gateway: GatewayUnderTest, client: string): Promise<void> {
  const name = `dingtalk_gateway_client_requests_total{client="${client}"}`;
  await eventually(async () => (await metric(gateway, name)) === 1);
  await metric(gateway, name);
}

/** Lets the seconds pass until `api` has had that many calls. */
async function waitForCalls(gateway: GatewayUnderTest, api: SandboxApi, calls: number, pass: () => void) {
  for (let call = gateway.upstream.callsTo(api).length; call < calls; call += 1) {
    pass();
    await gateway.upstream.waitForCalls(api, call + 1);
    // Its slot is free a second after its answer.
    await eventually(
      async () => (await metric(gateway, `dingtalk_gateway_upstream_calls_in_flight{api="${api}"}`)) === 0,
    );
  }
}

test('the name of the key stands in the log and in the metrics, and the key in neither', async () => {
  await using gateway = await startGateway({ environment: keys });

  await gateway.query(space, { id: 'cid.demo.a' }, web);
  await gateway.query(space, { id: 'cid.demo.a' }, batch);
  await gateway.query(space, { id: 'cid.demo.a' }, batch);
  await gateway.query(space, { id: 'cid.demo.a' }, { 'x-api-key': 'guessed' });
  await eventually(() => requestLines(gateway.log).length === 4);

  expect(requestLines(gateway.log).map(({ msg, key }) => [msg, key])).toEqual([
    ['answered', 'web'],
    ['answered', 'batch'],
    ['answered', 'batch'],
    ['refused', undefined],
  ]);
  expect(await metric(gateway, 'dingtalk_gateway_client_requests_total{client="web"}')).toBe(1);
  expect(await metric(gateway, 'dingtalk_gateway_client_requests_total{client="batch"}')).toBe(2);
  expect(gateway.log.join('')).not.toMatch(/the-key-of|guessed/);
});

test('a key in base64 is accepted with its padding', async () => {
  const key = 'c2VjcmV0c2VjcmV0c2VjcmV0cw==';
  await using gateway = await startGateway({ environment: { GATEWAY_API_KEYS: `${key},web=other-${key}` } });

  expect(await rawQuery(gateway.url, [['x-api-key', key]])).toMatchObject({ status: 200, body: found });
  expect(await rawQuery(gateway.url, [['x-api-key', `other-${key}`]])).toMatchObject({ status: 200 });
});

test('a key that is sent with its name is refused, and the answer says what to send', async () => {
  await using gateway = await startGateway({ environment: keys });

  const { status, body } = await gateway.query(
    space,
    { id: 'cid.demo.a' },
    {
      'x-api-key': `web=${web['x-api-key']}`,
    },
  );

  expect([status, body.errors?.[0]?.message]).toEqual([
    401,
    'Send the API key without its name in the header x-api-key: what comes after the first "=".',
  ]);
});

test('clients share what is remembered', async () => {
  await using gateway = await startGateway({ environment: { ...keys, ...remembering } });

  await gateway.query(space, { id: 'cid.demo.a' }, batch);
  const { body } = await gateway.query(space, { id: 'cid.demo.a' }, web);

  expect(body).toEqual({ data: { conversationSpace: { spaceId: expect.any(String) } } });
  expect(asked(gateway)).toEqual(['a']);
});

test('a client with many lookups delays one of another client by one call', async () => {
  const { gateway, clock } = await startSlow();
  await using _ = gateway;
  const many = gateway.query(spaces, { ids: idsOf('batch', 20) }, batch);
  await queued(gateway, 'conversationSpace', 19);
  const one = gateway.query(space, { id: 'cid.demo.web' }, web);
  await queued(gateway, 'conversationSpace', 20);

  await waitForCalls(gateway, 'conversationSpace', 3, () => clock.advance(1000));
  await one;
  const callsBefore = asked(gateway).slice(0, 3);
  await waitForCalls(gateway, 'conversationSpace', 21, () => clock.advance(1000));
  await many;

  expect(callsBefore).toEqual(['batch0', 'batch1', 'web']);
  await eventually(() => requestLines(gateway.log).filter(({ route }) => route === '/graphql').length === 2);
  const waits = requestLines(gateway.log).flatMap(({ key, waitMs }) =>
    key === undefined ? [] : [[key, waitMs]],
  );
  expect(waits).toEqual([
    ['web', 2000],
    ['batch', 20_000],
  ]);
});

test('a lookup that joins the call of another client takes a turn of its own, and costs no second call', async () => {
  const { gateway, clock } = await startSlow();
  await using _ = gateway;
  const many = gateway.query(spaces, { ids: idsOf('batch', 20) }, batch);
  await queued(gateway, 'conversationSpace', 19);
  const one = gateway.query(space, { id: 'cid.demo.batch19' }, web);
  await askedBy(gateway, 'web');

  await waitForCalls(gateway, 'conversationSpace', 3, () => clock.advance(1000));
  expect((await one).body.errors).toBeUndefined();
  expect(asked(gateway)).toEqual(['batch0', 'batch1', 'batch19']);
  await waitForCalls(gateway, 'conversationSpace', 20, () => clock.advance(1000));

  expect((await many).body.errors).toBeUndefined();
  expect(asked(gateway).toSorted()).toEqual(
    idsOf('batch', 20)
      .map((id) => id.replace('cid.demo.', ''))
      .toSorted(),
  );
});

test('a lookup that joins one of a call for many takes a turn of its own', async () => {
  const { gateway, clock } = await startSlow();
  await using _ = gateway;
  const ids = Array.from({ length: 90 }, (_id, index) => `dentry.demo.${index}`);
  const many = gateway.query(files, { ids }, batch);
  await queued(gateway, 'dentriesBatch', 2);
  const more = gateway.query(files, { ids: ids.map((id) => `${id}x`) }, batch);
  await queued(gateway, 'dentriesBatch', 5);
  const one = gateway.query(files, { ids: ['dentry.demo.89x'] }, web);
  await askedBy(gateway, 'web');

  await waitForCalls(gateway, 'dentriesBatch', 3, () => clock.advance(1000));
  await one;
  const first = JSON.stringify(gateway.upstream.callsTo('dentriesBatch')[2]?.body);
  await waitForCalls(gateway, 'dentriesBatch', 6, () => clock.advance(1000));
  await Promise.all([many, more]);

  expect(first).toContain('dentry.demo.89x');
  expect(gateway.upstream.callsTo('dentriesBatch')).toHaveLength(6);
});

test('VIEWER_RPS is of each key', async () => {
  await using gateway = await startGateway({
    environment: { ...keys, VIEWER_RPS: '1' },
    clock: createManualClock(),
  });
  const statusFor = async (headers: Record<string, string>) =>
    (await gateway.query('{ __typename }', {}, headers)).status;

  expect([await statusFor(batch), await statusFor(batch), await statusFor(web)]).toEqual([200, 429, 200]);
});

test('lookups of one client that all fail do not open the breaker for another', async () => {
  await using gateway = await startGateway({ environment: keys, clock: createManualClock() });
  await gateway.query(space, { id: 'cid.demo.first' }, web);
  gateway.upstream.addFault('conversationSpace', { kind: 'html', status: 502 }, 60);
  for (const id of idsOf('batch', 12)) await gateway.query(space, { id }, batch);
  gateway.upstream.clearFaults();

  const { body } = await gateway.query(space, { id: 'cid.demo.second' }, web);

  expect(body).toEqual({ data: { conversationSpace: { spaceId: expect.any(String) } } });
});
