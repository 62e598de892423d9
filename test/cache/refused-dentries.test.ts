import { expect, test } from '@jest/globals';
import { codeOf, manyViewers, startCachedGateway, type CachedGateway } from '../support/cached-gateway.ts';
import { eventually } from '../support/eventually.ts';
import type { Answer } from '../support/start-gateway.ts';
import { testWithRedis } from '../support/redis-server.ts';
import { startReplicas } from './connected-replicas.ts';

const spaceId = '798xxxxx';
const ttlMs = 60_000;

const ask = (gateway: CachedGateway, query: string, unionId = 'chy'): Promise<Answer> =>
  gateway.query(query, {}, { 'x-router-secret': 'secret', 'x-dingtalk-union-id': unionId });
const list = (gateway: CachedGateway, unionId?: string): Promise<Answer> =>
  ask(gateway, `{ space(spaceId: "${spaceId}") { dentries { nodes { dentryId } } } }`, unionId);
const read = (gateway: CachedGateway, id: string, unionId?: string): Promise<Answer> =>
  ask(gateway, `{ dentry(spaceId: "${spaceId}", dentryId: "${id}") { name } }`, unionId);
const nameIn = ({ body }: Answer): unknown => body.data.dentry?.name;
const batches = ({ upstream }: Pick<CachedGateway, 'upstream'>): number =>
  upstream.callsTo('dentriesBatch').length;

test('a refusal ends what a page has said, for its viewer alone', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  await list(gateway);
  await list(gateway, 'lin');
  gateway.upstream.denyAccess('chy', '2001');
  gateway.clock.advance(ttlMs);

  // Served stale once, while it is revalidated.
  await read(gateway, '2001');
  await eventually(async () => codeOf(await read(gateway, '2001')) === 'FORBIDDEN');

  expect(nameIn(await read(gateway, '2001', 'lin'))).toBe('项目计划 Project plan.docx');
  expect(batches(gateway)).toBe(1);
});

test('a page that was asked for before a refusal does not bring its file back', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  gateway.upstream.setLatency(300, 'dentries');
  const listing = list(gateway);
  await gateway.upstream.waitForCalls('dentries', 1);
  gateway.clock.advance(1);
  gateway.upstream.denyAccess('chy', '2001');

  const refused = await read(gateway, '2001');
  const { body } = await listing;
  const again = await read(gateway, '2001');

  expect(body.data.space.dentries.nodes).toContainEqual({ dentryId: '2001' });
  expect([refused, again].map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(batches(gateway)).toBe(1);
});

test('a page that was asked for after a refusal does', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  gateway.upstream.denyAccess('chy', '2001');
  expect(codeOf(await read(gateway, '2001'))).toBe('FORBIDDEN');
  gateway.upstream.allowAccess('chy', '2001');
  gateway.clock.advance(1);

  await list(gateway);

  expect(nameIn(await read(gateway, '2001'))).toBe('项目计划 Project plan.docx');
  expect(batches(gateway)).toBe(1);
});

test('a page that was asked for before a later look at a file does not make the file older', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  gateway.upstream.setLatency(300, 'dentries');
  const listing = list(gateway);
  await gateway.upstream.waitForCalls('dentries', 1);
  gateway.clock.advance(1000);
  await read(gateway, '2001');
  await listing;
  gateway.clock.advance(ttlMs - 1);
  gateway.upstream.clearCalls();

  await read(gateway, '2001');

  expect(gateway.upstream.calls).toEqual([]);
});

testWithRedis('a refusal ends in every replica what pages have said', async () => {
  await using replicas = await startReplicas();
  const { one, other, upstream } = replicas;
  await list(one);
  await list(other);
  upstream.denyAccess('chy', '2001');
  upstream.clearCalls();
  // The memory of one alone: the other’s entry is still fresh. Commands to Redis that are under way time out, and it is
  // skipped for a second, which passes too.
  one.clock.advance(ttlMs + 600_000);
  await ask(one, '{ __typename }');
  one.clock.advance(1001);

  expect(codeOf(await read(one, '2001'))).toBe('FORBIDDEN');
  await eventually(async () => codeOf(await read(other, '2001')) === 'FORBIDDEN');

  expect(batches(replicas)).toBe(1);
});

testWithRedis('a page under way does not bring back what another replica has found refused', async () => {
  await using replicas = await startReplicas();
  const { one, other, upstream } = replicas;
  upstream.setLatency(500, 'dentries');
  const listing = list(one);
  await upstream.waitForCalls('dentries', 1);
  upstream.denyAccess('chy', '2001');

  const refused = await read(other, '2001');
  const { body } = await listing;
  const again = await read(one, '2001');

  expect(body.data.space.dentries.nodes).toContainEqual({ dentryId: '2001' });
  expect([refused, again].map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(batches(replicas)).toBe(1);
});

testWithRedis('a page, a file and a thumbnail of one replica serve another', async () => {
  await using replicas = await startReplicas();
  const { one, other, upstream } = replicas;
  const all = `{
    space(spaceId: "${spaceId}") { dentries(first: 2) { nodes { dentryId } } }
    dentry(spaceId: "${spaceId}", dentryId: "2005") { name size createTime }
    picture: dentry(spaceId: "${spaceId}", dentryId: "2012") { status type }
    none: dentries(spaceId: "${spaceId}", dentryIds: ["2002", "2010"]) { thumbnail { url width } }
  }`;

  const first = await ask(one, all);
  // The page, four files and two thumbnails: of the space only the key is asked for.
  await eventually(async () => (await replicas.stored()) === 7);
  const calls = upstream.calls.length;
  const second = await ask(other, all);

  expect(second.body).toEqual(first.body);
  expect(upstream.calls).toHaveLength(calls);
});

testWithRedis('links are not stored', async () => {
  await using replicas = await startReplicas();
  const links = `{ dentry(spaceId: "${spaceId}", dentryId: "2001") { preview { url } download { urls } } }`;

  await ask(replicas.one, links);
  await eventually(async () => (await replicas.stored()) === 1);
  await ask(replicas.other, links);

  expect(await replicas.stored()).toBe(1);
  expect(replicas.upstream.callsTo('openInfo')).toHaveLength(2);
  expect(replicas.upstream.callsTo('downloadInfo')).toHaveLength(2);
});
