import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { bigFileIds, bigSpace, conversation, dentry, otherBigSpace, space } from './representations.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '3' } });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const query = `query ($ids: [_Any!]!, $more: [_Any!] = [], $id: ID = "cid.demo.a", $facts: Boolean = true) {
  _entities(representations: $ids) {
    ... on Conversation { space { spaceId } }
    ... on Space { spaceId corpId @include(if: $facts) }
    ... on Dentry { dentryId name @include(if: $facts) }
  }
  more: _entities(representations: $more) { ...Place }
  conversationSpace(openConversationId: $id) { spaceId }
}
fragment Place on Conversation { ... on Conversation { place: space { corpId } } }`;

const a = conversation('cid.demo.a');
const b = conversation('cid.demo.b');
const c = conversation('cid.demo.c');
const d = conversation('cid.demo.d');

const files = (spaceId: string, count: number): object[] =>
  bigFileIds(spaceId, count).map((id) => dentry(spaceId, id));

const calls = (): number => gateway.upstream.calls.filter(({ api }) => api !== 'accessToken').length;

test.each([
  ['fields, references and repetitions of one id are one lookup', { ids: [a, b, b, c], more: [a, b, c] }, 3],
  ['spaces count in addition to conversations', { ids: [b, space('798xxxxx'), space('798xxxxx')] }, 3],
  [
    'a space with only its key selected does not count',
    { ids: [a, b, c, space('798xxxxx'), space('space.demo.a')], facts: false },
    3,
  ],
  [
    'thirty files of one space are one lookup',
    { ids: [b, ...files(bigSpace, 30), ...files(bigSpace, 30)] },
    3,
  ],
  ['sixty are two', { ids: files(bigSpace, 60) }, 3],
  [
    'one of each of two spaces are two as well',
    { ids: [...files(bigSpace, 1), ...files(otherBigSpace, 1)] },
    3,
  ],
  [
    'a file with only its key selected does not count',
    { ids: [a, b, c, ...files(bigSpace, 50)], facts: false },
    3,
  ],
  [
    'a malformed representation does not count',
    { ids: [a, b, c, 7, space('..'), conversation(''), dentry('1', '..')] },
    3,
  ],
])('%s: within the limit', async (_name, variables, expected) => {
  const { status, body } = await gateway.query(query, variables);

  expect(status).toBe(200);
  expect(body.data).toHaveProperty('conversationSpace.spaceId');
  expect(calls()).toBe(expected);
});

test.each([
  ['in one list', { ids: [a, b, c, d] }],
  ['in two lists', { ids: [a, b], more: [c, d] }],
  ['of two types', { ids: [b, c, space('798xxxxx')] }],
  ['of spaces', { ids: [space('1'), space('2'), space('3')] }],
  ['of files of one space', { ids: files(bigSpace, 61) }],
  ['of files of two spaces', { ids: [...files(bigSpace, 31), ...files(otherBigSpace, 1)] }],
  ['in a list and a field', { ids: [a, b, c], id: 'cid.demo.d' }],
])('one lookup too many, %s, is refused before the first call', async (_name, variables) => {
  const { status, body } = await gateway.query(query, variables);

  expect({ status, body }).toEqual({
    status: 422,
    body: {
      errors: [
        {
          message: 'This operation needs 4 lookups; the limit is 3: split it.',
          extensions: {
            code: 'LOOKUP_LIMIT_EXCEEDED',
            retryable: false,
            limit: 3,
            asked: 4,
            variable: 'MAX_LOOKUPS_PER_REQUEST',
          },
        },
      ],
    },
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('a required argument that is null in the variables fails that field alone', async () => {
  const { status, body } = await gateway.query(query, { ids: [b], id: null });

  expect(status).toBe(200);
  expect(body.data).toMatchObject({
    _entities: [{ space: { spaceId: expect.any(String) } }],
    conversationSpace: null,
  });
  expect(body.errors!.map(({ path }) => path)).toEqual([['conversationSpace']]);
  expect(calls()).toBe(1);
});

test('a lookup that only the execution knows is not made beyond the limit: that field alone has an error', async () => {
  const { status, body } = await gateway.query(
    `query ($ids: [_Any!]!) {
      _entities(representations: $ids) { ... on Dentry { name parent { name parent { name parent { name } } } } }
    }`,
    { ids: [dentry('798xxxxx', '2005'), dentry('space.demo.big', bigFileIds(bigSpace, 1)[0])] },
  );

  expect(status).toBe(200);
  expect(body.data).toEqual({
    _entities: [
      { name: '备份 Backup.zip', parent: { name: '2022', parent: null } },
      { name: expect.stringContaining('Record'), parent: null },
    ],
  });
  expect(body.errors!.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['_entities', 1, 'parent'], 'LOOKUP_LIMIT_EXCEEDED'],
    [['_entities', 0, 'parent', 'parent'], 'LOOKUP_LIMIT_EXCEEDED'],
  ]);
  expect(calls()).toBe(3);
});
