import { expect, test } from '@jest/globals';
import { startGateway } from '../../support/start-gateway.ts';
import { callsSeen, codesAt, exampleSpace } from './calls.ts';

const fields =
  'spaceId corpId createTime modifiedTime name status ownerType partitions { type used max reserved quotaType }';
const gib = 2 ** 30;
const example = {
  spaceId: exampleSpace,
  corpId: 'ding1234xxxxx',
  createTime: '2022-01-01T10:00:00.000Z',
  modifiedTime: '2022-01-01T10:00:00.000Z',
  name: '产品团队 Product team',
  status: 'NORMAL',
  ownerType: 'APP',
  partitions: [
    {
      type: 'PUBLIC_OSS_PARTITION',
      used: 3 * gib,
      max: 100 * gib,
      reserved: 10 * gib,
      quotaType: 'PRIVATE',
    },
    { type: 'MINI_OSS_PARTITION', used: 0, max: null, reserved: null, quotaType: 'SHARE' },
  ],
};

test('every field of a space is one call', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(`{ space(spaceId: "${exampleSpace}") { ${fields} } }`);

  expect(body).toEqual({ data: { space: example } });
  expect(callsSeen(gateway)).toEqual([`storageSpace ${exampleSpace}`]);
});

test('the fields that a group’s lookup does not know are one further call together', async () => {
  await using gateway = await startGateway();

  const { body } = await gateway.query(
    `{ conversation(openConversationId: "cid9FTRQSLo+sKxxxx") { openConversationId space { ${fields} } } }`,
  );

  expect(body).toEqual({
    data: { conversation: { openConversationId: 'cid9FTRQSLo+sKxxxx', space: example } },
  });
  expect(callsSeen(gateway)).toEqual([
    'conversationSpace {"openConversationId":"cid9FTRQSLo+sKxxxx"}',
    `storageSpace ${exampleSpace}`,
  ]);
});

test('a refusal of the storage API costs those fields only', async () => {
  await using gateway = await startGateway();
  gateway.upstream.denyAccess('chyxxxxx', exampleSpace);

  const answer = await gateway.query(
    '{ conversationSpace(openConversationId: "cid9FTRQSLo+sKxxxx") { spaceId name partitions { type } } }',
  );

  expect(answer.body.data).toEqual({
    conversationSpace: { spaceId: exampleSpace, name: null, partitions: null },
  });
  expect(codesAt(answer)).toEqual({
    'conversationSpace.name': 'FORBIDDEN',
    'conversationSpace.partitions': 'FORBIDDEN',
  });
});

test('values that DingTalk leaves out, adds later or writes wrongly cost their own field only', async () => {
  await using gateway = await startGateway();
  const space = {
    id: exampleSpace,
    corpId: 'c',
    status: 'FROZEN',
    ownerType: 'user',
    partitions: [
      { partitionType: 'NEW_PARTITION', quota: { used: 2 ** 53, max: '12', type: 'LEASED' } },
      { partitionType: 'PUBLIC_OSS_PARTITION' },
    ],
  };
  const body = JSON.stringify({ space });
  gateway.upstream.addFault('storageSpace', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(`{ space(spaceId: "${exampleSpace}") { ${fields} } }`);

  expect(answer.body.data).toEqual({
    space: {
      spaceId: exampleSpace,
      corpId: 'c',
      createTime: null,
      modifiedTime: null,
      name: null,
      status: 'UNKNOWN',
      ownerType: 'USER',
      partitions: [
        { type: 'UNKNOWN', used: null, max: 12, reserved: null, quotaType: 'UNKNOWN' },
        { type: 'PUBLIC_OSS_PARTITION', used: null, max: null, reserved: null, quotaType: null },
      ],
    },
  });
  expect(codesAt(answer)).toEqual({ 'space.partitions.0.used': 'UPSTREAM_MALFORMED_RESPONSE' });
});

test('a space without partitions has none', async () => {
  await using gateway = await startGateway();
  const body = JSON.stringify({ space: { id: exampleSpace, corpId: 'c' } });
  gateway.upstream.addFault('storageSpace', { kind: 'answer', status: 200, body }, 1);

  const answer = await gateway.query(`{ space(spaceId: "${exampleSpace}") { name partitions { type } } }`);

  expect(answer.body).toEqual({ data: { space: { name: null, partitions: null } } });
});
