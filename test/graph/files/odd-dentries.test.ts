import { expect, test } from '@jest/globals';
import { startGateway, type Answer } from '../../support/start-gateway.ts';
import { codesAt, exampleSpace } from './calls.ts';

const fields = 'dentryId type name size version extension status category storageDriver readOnly createTime';
const query = `{ dentry(spaceId: "${exampleSpace}", dentryId: "7") { ${fields} } }`;

const least = { id: '7', spaceId: exampleSpace, type: 'FILE', name: 'a.txt' };
const nothing = {
  size: null,
  version: null,
  extension: null,
  status: null,
  category: null,
  storageDriver: null,
  readOnly: null,
  createTime: null,
};

/** Asks for a dentry that the upstream describes so. */
async function read(dentry: object): Promise<Answer> {
  await using gateway = await startGateway();
  const body = JSON.stringify({
    resultItems: [{ spaceId: exampleSpace, dentryId: '7', success: true, dentry }],
  });
  gateway.upstream.addFault('dentriesBatch', { kind: 'answer', status: 200, body }, 1);
  return await gateway.query(query);
}

test('fields that DingTalk leaves out are null', async () => {
  expect((await read(least)).body).toEqual({
    data: { dentry: { dentryId: '7', type: 'FILE', name: 'a.txt', ...nothing } },
  });
});

test('numbers and booleans are read from texts too', async () => {
  const { body } = await read({
    ...least,
    id: 7,
    size: '512',
    version: '2',
    properties: { readOnly: 'true' },
  });

  expect(body).toEqual({
    data: {
      dentry: {
        dentryId: '7',
        type: 'FILE',
        name: 'a.txt',
        ...nothing,
        size: 512,
        version: 2,
        readOnly: true,
      },
    },
  });
});

test('values that DingTalk adds to its enums later are UNKNOWN', async () => {
  const { body } = await read({
    ...least,
    type: 'LINK',
    status: 'FROZEN',
    category: 'MODEL_3D',
    storageDriver: 7,
  });

  expect(body).toEqual({
    data: {
      dentry: {
        dentryId: '7',
        name: 'a.txt',
        ...nothing,
        type: 'UNKNOWN',
        status: 'UNKNOWN',
        category: 'UNKNOWN',
        storageDriver: 'UNKNOWN',
      },
    },
  });
});

test('a folder has neither size nor version nor extension, whatever the body says', async () => {
  const { body } = await read({ ...least, type: 'folder', size: 1, version: 1, extension: 'd' });

  expect(body).toEqual({ data: { dentry: { dentryId: '7', type: 'FOLDER', name: 'a.txt', ...nothing } } });
});

test('values of a wrong type cost their own field only', async () => {
  const answer = await read({
    ...least,
    size: 1.5,
    version: 'two',
    extension: 7,
    properties: { readOnly: 'maybe' },
    createTime: 'yesterday',
  });

  expect(answer.body.data).toEqual({ dentry: { dentryId: '7', type: 'FILE', name: 'a.txt', ...nothing } });
  expect(codesAt(answer)).toEqual({
    'dentry.size': 'UPSTREAM_MALFORMED_RESPONSE',
    'dentry.version': 'UPSTREAM_MALFORMED_RESPONSE',
    'dentry.createTime': 'UPSTREAM_MALFORMED_RESPONSE',
  });
});

test.each([
  ['no name', { ...least, name: undefined }],
  ['no id', { ...least, id: undefined }],
  ['an id that JavaScript cannot hold', { ...least, id: 2 ** 53 }],
])('a dentry with %s is malformed', async (_what, dentry) => {
  const answer = await read(dentry);

  expect(answer.body.data).toEqual({ dentry: null });
  expect(codesAt(answer)).toEqual({ dentry: 'UPSTREAM_MALFORMED_RESPONSE' });
});

test.each(['', ' ', 'a\nb', '.', '..', 'd'.repeat(257)])(
  'the id %j is refused without a call',
  async (id) => {
    await using gateway = await startGateway();

    const { body } = await gateway.query(
      'query ($id: ID!) { dentry(spaceId: "1", dentryId: $id) { name } }',
      {
        id,
      },
    );

    expect(body).toEqual({
      data: { dentry: null },
      errors: [
        {
          message: expect.stringMatching(/^dentryId must be a string of 1 to 256 characters/),
          locations: [expect.anything()],
          path: ['dentry'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false, argument: 'dentryId' },
        },
      ],
    });
    expect(gateway.upstream.calls).toHaveLength(0);
  },
);
