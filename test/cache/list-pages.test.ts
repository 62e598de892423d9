import { expect, test } from '@jest/globals';
import { startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';

const spaceId = 'space.demo.a';
const listTtlMs = 15_000;
const ttlMs = 60_000;
const staleMs = 600_000;

const ids = (answer: { readonly body: { readonly data?: any } }): string[] =>
  answer.body.data.dentry.children.nodes.map(({ dentryId }: any) => dentryId);
const list = (gateway: CachedGateway) =>
  gateway.query(`{ dentry(spaceId: "${spaceId}", dentryId: "0") { children { nodes { dentryId } } } }`);
const calls = ({ upstream }: CachedGateway): readonly string[] =>
  upstream.calls.map(({ api }) => api).filter((api) => api !== 'accessToken');

/** Gives the gateway time to read what the upstream has sent: other answers have arrived since. */
async function settle(gateway: CachedGateway): Promise<void> {
  await eventually(() => gateway.upstream.inFlight === 0);
  for (let round = 0; round < 2; round += 1) await gateway.query('{ __typename }');
}

test('a page is fresh for fifteen seconds, then served stale and revalidated', async () => {
  await using gateway = await startCachedGateway();
  const first = ids(await list(gateway));
  gateway.upstream.denyAccess('chyxxxxx', first[0] ?? '');
  gateway.upstream.clearCalls();

  gateway.clock.advance(listTtlMs - 1);
  expect([ids(await list(gateway)), calls(gateway)]).toEqual([first, []]);

  gateway.clock.advance(1);
  expect(ids(await list(gateway))).toEqual(first);
  await gateway.upstream.waitForCalls('dentries', 1);
  await settle(gateway);

  expect(ids(await list(gateway))).toEqual(first.slice(1));
  expect(calls(gateway)).toEqual(['dentries']);
});

test('a page is stale for so long and no longer', async () => {
  await using gateway = await startCachedGateway();
  await list(gateway);
  gateway.upstream.clearCalls();
  gateway.clock.advance(listTtlMs + staleMs);
  gateway.upstream.addFault('dentries', { kind: 'html', status: 200 });

  const { body } = await list(gateway);

  expect(body.data.dentry.children).toBeNull();
  expect(gateway.upstream.callsTo('dentries')).toHaveLength(1);
});

test.each([
  ['its own time', { CACHE_LIST_TTL_MS: '1000' }, 1000],
  ['no time at all', { CACHE_LIST_TTL_MS: '0' }, 0],
])('a page has %s by CACHE_LIST_TTL_MS', async (_what, environment, freshMs) => {
  await using gateway = await startCachedGateway(environment);
  await list(gateway);
  gateway.upstream.clearCalls();

  if (freshMs > 0) {
    gateway.clock.advance(freshMs - 1);
    await list(gateway);
    expect(calls(gateway)).toEqual([]);
    gateway.clock.advance(1);
  }
  await list(gateway);

  await gateway.upstream.waitForCalls('dentries', 1);
  expect(calls(gateway)).toEqual(['dentries']);
});

test('pages of another size, order or folder are entries of their own', async () => {
  await using gateway = await startCachedGateway();
  const lists = [
    'dentries { nodes { dentryId } }',
    'dentries(first: 2) { nodes { dentryId } }',
    'dentries(orderBy: { field: NAME }) { nodes { dentryId } }',
    'dentries(orderBy: { direction: ASC }) { nodes { dentryId } }',
  ];
  const ask = () =>
    gateway.query(
      `{ space(spaceId: "${spaceId}") { ${lists.map((each, index) => `l${index}: ${each}`).join(' ')} } }`,
    );

  const first = await ask();
  const again = await ask();

  expect(again.body).toEqual(first.body);
  expect(gateway.upstream.callsTo('dentries')).toHaveLength(lists.length);
});

test('the rows of a page answer for their files in later requests, for a minute', async () => {
  await using gateway = await startCachedGateway();
  const [id = ''] = ids(await list(gateway));
  gateway.upstream.clearCalls();
  const read = () =>
    gateway.query(
      `{ dentry(spaceId: "${spaceId}", dentryId: "${id}") { dentryId name parent { dentryId } } }`,
    );

  gateway.clock.advance(ttlMs - 1);
  const found = await read();

  expect(found.body).toEqual({
    data: { dentry: { dentryId: id, name: expect.any(String), parent: { dentryId: '0' } } },
  });
  expect(calls(gateway)).toEqual([]);
  gateway.clock.advance(1);
  await read();
  await gateway.upstream.waitForCalls('dentriesBatch', 1);
  expect(gateway.upstream.callsTo('dentriesBatch')[0]?.body).toEqual({ dentryIds: [id] });
});

test('the conversation of a chat stays for a day', async () => {
  await using gateway = await startCachedGateway();
  const read = () => gateway.query('{ conversationByChatId(chatId: "chat.demo.a") { openConversationId } }');
  await read();
  gateway.upstream.clearCalls();

  gateway.clock.advance(24 * 3600_000 - 1);
  expect((await read()).body).toEqual({
    data: { conversationByChatId: { openConversationId: 'cid.demo.a' } },
  });
  expect(calls(gateway)).toEqual([]);

  gateway.clock.advance(1);
  await read();
  await gateway.upstream.waitForCalls('openConversationId', 1);
});
