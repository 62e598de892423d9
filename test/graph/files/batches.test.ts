import { expect, test } from '@jest/globals';
import { demoDentryId } from '../../../src/sandbox/files/demo-tree.ts';
import { demoSpaceId } from '../../../src/sandbox/demo-space.ts';
import { startGateway } from '../../support/start-gateway.ts';
import { callsSeen, codesAt, exampleSpace } from './calls.ts';

const big = demoSpaceId('cid.demo.big');
const bigIds = Array.from({ length: 60 }, (_, place) => demoDentryId(big, place));
const dentries = `query ($spaceId: ID!, $ids: [ID!]!) {
  dentries(spaceId: $spaceId, dentryIds: $ids) { dentryId }
}`;

test('sixty ids of one space are two calls, and duplicates cost nothing', async () => {
  await using gateway = await startGateway();
  const ids = [...bigIds, ...bigIds.toReversed()];

  const { body } = await gateway.query(dentries, { spaceId: big, ids });

  expect(body).toEqual({ data: { dentries: ids.map((dentryId) => ({ dentryId })) } });
  expect(callsSeen(gateway).toSorted()).toEqual(
    [bigIds.slice(0, 30), bigIds.slice(30)]
      .map((asked) => `dentriesBatch ${big} ${JSON.stringify({ dentryIds: asked })}`)
      .toSorted(),
  );
});

const idsOf = (spaceId: string): string[] =>
  Array.from({ length: 10 }, (_, place) => demoDentryId(spaceId, place));

test('ids of three spaces are calls of their own', async () => {
  await using gateway = await startGateway();
  const spaces = ['space.demo.a', 'space.demo.b', 'space.demo.c'];
  const fields = spaces.flatMap((spaceId, index) => [
    `s${index}: dentries(spaceId: "${spaceId}", dentryIds: ${JSON.stringify(idsOf(spaceId))}) { dentryId }`,
    `again${index}: dentry(spaceId: "${spaceId}", dentryId: "${idsOf(spaceId)[0]}") { dentryId }`,
  ]);

  const { body } = await gateway.query(`{ ${fields.join(' ')} }`);

  const found = spaces.map((spaceId) => idsOf(spaceId).map((dentryId) => ({ dentryId })));
  expect(body).toEqual({
    data: Object.fromEntries(
      found.flatMap((rows, index) => [
        [`s${index}`, rows],
        [`again${index}`, rows[0]],
      ]),
    ),
  });
  expect(callsSeen(gateway).toSorted()).toEqual(
    spaces.map((spaceId) => `dentriesBatch ${spaceId} ${JSON.stringify({ dentryIds: idsOf(spaceId) })}`),
  );
});

test('items that are reordered, failed or missing are each found by their id, and fail alone', async () => {
  await using gateway = await startGateway();
  gateway.upstream.denyAccess('chyxxxxx', '2006');
  const ids = ['2001', 'item.dentryNotExist', '2006', 'dentry.missing', '2002', 'nowhere', '2001'];

  const answer = await gateway.query(dentries, { spaceId: exampleSpace, ids });

  expect(answer.body.data).toEqual({
    dentries: [{ dentryId: '2001' }, null, null, null, { dentryId: '2002' }, null, { dentryId: '2001' }],
  });
  expect(answer.body.errors?.toSorted((a, b) => Number(a.path?.[1]) - Number(b.path?.[1]))).toEqual([
    {
      message: 'There is no such file or folder in this space: check the dentryId.',
      locations: [expect.anything()],
      path: ['dentries', 1],
      extensions: { code: 'DENTRY_NOT_FOUND', retryable: false, dingtalk: { code: 'dentryNotExist' } },
    },
    {
      message:
        'The operator may not read this file or folder: ask as an operator who may, or have it shared.',
      locations: [expect.anything()],
      path: ['dentries', 2],
      extensions: { code: 'FORBIDDEN', retryable: false, dingtalk: { code: 'permissionDenied' } },
    },
    {
      message: 'DingTalk sent a malformed answer: try again later.',
      locations: [expect.anything()],
      path: ['dentries', 3],
      extensions: {
        code: 'UPSTREAM_MALFORMED_RESPONSE',
        retryable: true,
        dingtalk: { status: 200 },
      },
    },
    expect.objectContaining({ path: ['dentries', 5] }),
  ]);
  expect(callsSeen(gateway)).toEqual([
    `dentriesBatch ${exampleSpace} ${JSON.stringify({ dentryIds: ids.slice(0, -1) })}`,
  ]);
});

test('a bad id in a list is null at its place, and costs no call', async () => {
  await using gateway = await startGateway();

  const answer = await gateway.query(dentries, { spaceId: exampleSpace, ids: ['2001', '', '..'] });

  expect(answer.body.data).toEqual({ dentries: [{ dentryId: '2001' }, null, null] });
  expect(codesAt(answer)).toEqual({ 'dentries.1': 'BAD_USER_INPUT', 'dentries.2': 'BAD_USER_INPUT' });
  expect(callsSeen(gateway)).toEqual([`dentriesBatch ${exampleSpace} {"dentryIds":["2001"]}`]);
});

test('no ids are no call', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(dentries, { spaceId: exampleSpace, ids: [] });

  expect(body).toEqual({ data: { dentries: [] } });
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('the parents of many files are one call', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    dentries(spaceId: "${exampleSpace}", dentryIds: ["2002", "2003", "2009", "2012", "0"]) { parent { name } }
  }`);

  expect(body).toEqual({
    data: {
      dentries: [
        { parent: { name: 'Photos 照片' } },
        { parent: { name: 'Photos 照片' } },
        { parent: { name: '合同 Contracts' } },
        { parent: { name: '合同 Contracts' } },
        { parent: null },
      ],
    },
  });
  expect(callsSeen(gateway)).toEqual([
    `dentriesBatch ${exampleSpace} {"dentryIds":["2002","2003","2009","2012","0"]}`,
    `dentriesBatch ${exampleSpace} {"dentryIds":["1002","1001"]}`,
  ]);
});

test('the way up from a file to the root is one call a level', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    dentry(spaceId: "${exampleSpace}", dentryId: "2010") {
      parent { name parent { name parent { name parent { name } } } }
      space { name }
      children { nodes { name } }
    }
  }`);

  const root = { name: '根目录 Root', parent: null };
  expect(body).toEqual({
    data: {
      dentry: {
        parent: { name: '2022', parent: { name: '合同 Contracts', parent: root } },
        space: { name: '产品团队 Product team' },
        children: null,
      },
    },
  });
  expect(callsSeen(gateway).toSorted()).toEqual([
    ...['0', '1001', '1003', '2010'].map((id) => `dentriesBatch ${exampleSpace} {"dentryIds":["${id}"]}`),
    `storageSpace ${exampleSpace}`,
  ]);
});

test('the rows of a page need no call of their own, nor does a parent among them', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    space(spaceId: "${exampleSpace}") {
      dentries(orderBy: { field: NAME, direction: ASC }, first: 2) {
        nodes { dentryId children { nodes { dentryId parent { name parent { dentryId } } } } }
      }
    }
  }`);

  const [photos] = body.data.space.dentries.nodes;
  expect(photos).toEqual({
    dentryId: '1002',
    children: {
      nodes: ['2003', '2002'].map((dentryId) => ({
        dentryId,
        parent: { name: 'Photos 照片', parent: { dentryId: '0' } },
      })),
    },
  });
  expect(callsSeen(gateway).map((call) => call.split(' ')[0])).toEqual(['dentries', 'dentries']);
});

test('one id for which DingTalk refuses the whole call costs its neighbours calls, but no answers', async () => {
  await using gateway = await startGateway();
  const ids = ['2001', 'dentry.fileViral', '2002', '2011'];

  const { body } = await gateway.query(
    `query ($ids: [ID!]!) { dentries(spaceId: "${exampleSpace}", dentryIds: $ids) { thumbnail { width } } }`,
    { ids },
  );

  const thumbnail = { width: 320 };
  expect(body.data.dentries.slice(0, 3)).toEqual([{ thumbnail }, { thumbnail: null }, { thumbnail }]);
  expect(body.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['dentries', 1, 'thumbnail'], 'DENTRY_BLOCKED'],
  ]);
  // All four, the halves, and the half that failed once more, each by itself.
  expect(gateway.upstream.callsTo('thumbnails')).toHaveLength(5);
});

test('the key of a space or a parent is known without a call', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{
    dentry(spaceId: "${exampleSpace}", dentryId: "2002") { name space { spaceId } parent { dentryId parent { dentryId } } }
    space(spaceId: "${exampleSpace}") { spaceId }
  }`);

  expect(body.data).toEqual({
    dentry: {
      name: '团队合影 Team photo.png',
      space: { spaceId: exampleSpace },
      parent: { dentryId: '1002', parent: { dentryId: '0' } },
    },
    space: { spaceId: exampleSpace },
  });
  expect(callsSeen(gateway).map((call) => call.split(' ')[0])).toEqual(['dentriesBatch', 'dentriesBatch']);
});
