import { expect, test } from '@jest/globals';
import { manyViewers, startCachedGateway } from '../support/cached-gateway.ts';

const aliases = (ids: readonly string[]): string =>
  `{ ${ids.map((id, index) => `a${index}: conversationSpace(openConversationId: "${id}") { spaceId }`).join(' ')} }`;
const idsTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `cid.demo.${index}`);

test('fifty aliases of twenty-five ids are twenty-five calls, then none', async () => {
  await using gateway = await startCachedGateway();
  const query = aliases([...idsTo(25), ...idsTo(25)]);

  const first = await gateway.query(query);
  const calls = gateway.asked().toSorted();
  const second = await gateway.query(query);

  expect(calls).toEqual(idsTo(25).toSorted());
  expect(second.body).toEqual(first.body);
  expect(gateway.asked()).toHaveLength(25);
});

test('a hundred ids of twenty viewers are two thousand calls, then none while they are fresh', async () => {
  await using gateway = await startCachedGateway(manyViewers);
  const viewers = Array.from({ length: 20 }, (_, index) => `viewer-${index}`);
  const askAll = async (): Promise<void> => {
    for (const viewer of viewers) {
      const headers = { 'x-router-secret': 'secret', 'x-dingtalk-union-id': viewer };
      for (const ids of [idsTo(100).slice(0, 50), idsTo(100).slice(50)]) {
        const { body } = await gateway.query(aliases(ids), {}, headers);
        expect(body.errors).toBeUndefined();
      }
    }
  };

  await askAll();
  const distinct = new Set(
    gateway.upstream
      .callsTo('conversationSpace')
      .map(({ query, body }) => JSON.stringify([query['unionId'], body])),
  );
  gateway.upstream.clearCalls();
  gateway.clock.advance(59_999);
  await askAll();

  expect(distinct.size).toBe(2000);
  expect(gateway.upstream.calls).toEqual([]);
});
