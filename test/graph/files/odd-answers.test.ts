import { expect, test } from '@jest/globals';
import { startGateway } from '../../support/start-gateway.ts';
import { codesAt, exampleSpace } from './calls.ts';

const list = `query ($after: String) {
  space(spaceId: "${exampleSpace}") {
    dentries(first: 5, after: $after) {
      edges { cursor node { dentryId } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

test('a row that is gone does not hide the one behind it', async () => {
  await using gateway = await startGateway();
  const { edges } = (await gateway.query(list)).body.data.space.dentries;
  gateway.upstream.denyAccess('chyxxxxx', edges[1].node.dentryId);

  const { body } = await gateway.query(list, { after: edges[1].cursor });

  expect(body.data.space.dentries.edges.map(({ node }: any) => node)).toEqual(
    edges.slice(2).map(({ node }: any) => node),
  );
});

test('a page whose next token is its own is the last one', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({
    dentries: [{ id: '7', spaceId: exampleSpace, type: 'FILE', name: 'a' }],
    nextToken: 'again',
  });
  gateway.upstream.addFault('dentries', { kind: 'answer', status: 200, body });

  const first = await gateway.query(list);
  const after = first.body.data.space.dentries.pageInfo.endCursor;
  const second = await gateway.query(list, { after });

  expect(first.body.data.space.dentries.pageInfo.hasNextPage).toBe(true);
  expect(second.body.data.space.dentries.pageInfo.hasNextPage).toBe(false);
});

test('thirty thumbnails with long urls are read', async () => {
  await using gateway = await startGateway();
  const ids = Array.from({ length: 30 }, (_, index) => String(index));
  const body = JSON.stringify({
    resultItems: ids.map((dentryId) => ({
      spaceId: exampleSpace,
      dentryId,
      success: true,
      dentry: { id: dentryId, spaceId: exampleSpace, type: 'FILE', name: 'a' },
      thumbnail: { url: `https://a.example/${'x'.repeat(2500)}`, width: 1 },
    })),
  });
  gateway.upstream.addFault('dentriesBatch', { kind: 'answer', status: 200, body }, 1);
  gateway.upstream.addFault('thumbnails', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(
    `query ($ids: [ID!]!) { dentries(spaceId: "${exampleSpace}", dentryIds: $ids) { thumbnail { width } } }`,
    { ids },
  );

  expect(answer.body).toEqual({ data: { dentries: ids.map(() => ({ thumbnail: { width: 1 } })) } });
});

test('a signature that lives longer than a date can say is malformed', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({
    headerSignatureInfo: { resourceUrls: ['https://a.example'], headers: {}, expirationSeconds: 1e18 },
  });
  gateway.upstream.addFault('downloadInfo', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(
    `{ dentry(spaceId: "${exampleSpace}", dentryId: "2001") { download { expiresAt } } }`,
  );

  expect(codesAt(answer)).toEqual({ 'dentry.download': 'UPSTREAM_MALFORMED_RESPONSE' });
});

test('a bad spaceId costs its own files, and nothing beside them', async () => {
  await using gateway = await startGateway();

  const answer = await gateway.query(`{
    dentries(spaceId: "..", dentryIds: ["1", "2"]) { name }
    space(spaceId: "${exampleSpace}") { name }
  }`);

  expect(answer.body.data).toEqual({ dentries: [null, null], space: { name: '产品团队 Product team' } });
  expect(codesAt(answer)).toEqual({ 'dentries.0': 'BAD_USER_INPUT', 'dentries.1': 'BAD_USER_INPUT' });
});

test('odd items and rows cost themselves alone, and ids may be numbers', async () => {
  await using gateway = await startGateway();
  const file = { spaceId: exampleSpace, type: 'FILE', name: 'a' };
  const items = [
    null,
    'odd',
    {
      dentryId: '1',
      success: 'true',
      errorCode: null,
      dentry: { ...file, id: 1, parentId: 44, properties: [] },
    },
    { dentryId: '2', success: 7, errorCode: 'dentryNotExist' },
  ];
  gateway.upstream.addFault(
    'dentriesBatch',
    { kind: 'answer', status: 200, body: JSON.stringify({ resultItems: items }) },
    1,
  );

  const answer = await gateway.query(
    `{ dentries(spaceId: "${exampleSpace}", dentryIds: ["1", "2", "3"]) { dentryId parentId readOnly } }`,
  );

  expect(answer.body.data.dentries).toEqual([{ dentryId: '1', parentId: '44', readOnly: null }, null, null]);
  expect(codesAt(answer)).toEqual({
    'dentries.1': 'DENTRY_NOT_FOUND',
    'dentries.2': 'UPSTREAM_MALFORMED_RESPONSE',
  });
});

test('a cursor is taken unchanged only, and is the same wherever a row has one', async () => {
  await using gateway = await startGateway();
  const { edges, pageInfo } = (await gateway.query(list)).body.data.space.dentries;
  expect(pageInfo.endCursor).toBe(edges.at(-1).cursor);

  const answer = await gateway.query(list, { after: ` ${pageInfo.endCursor}==` });

  expect(codesAt(answer)).toEqual({ 'space.dentries': 'BAD_USER_INPUT' });
});
