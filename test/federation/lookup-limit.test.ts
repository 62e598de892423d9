import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { conversation, space } from './representations.ts';

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
  }
  more: _entities(representations: $more) { ...Place }
  conversationSpace(openConversationId: $id) { spaceId }
}
fragment Place on Conversation { ... on Conversation { place: space { corpId } } }`;

const a = conversation('cid.demo.a');
const b = conversation('cid.demo.b');
const c = conversation('cid.demo.c');
const d = conversation('cid.demo.d');

const calls = (): number =>
  gateway.upstream.callsTo('conversationSpace').length + gateway.upstream.callsTo('storageSpace').length;

test.each([
  ['fields, references and repetitions of one id are one lookup', { ids: [a, b, b, c], more: [a, b, c] }, 3],
  ['spaces count in addition to conversations', { ids: [b, space('798xxxxx'), space('798xxxxx')] }, 3],
  [
    'a space with only its key selected does not count',
    { ids: [a, b, c, space('798xxxxx'), space('space.demo.a')], facts: false },
    3,
  ],
  ['a malformed representation does not count', { ids: [a, b, c, 7, space('..'), conversation('')] }, 3],
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
  ['in a list and a field', { ids: [a, b, c], id: 'cid.demo.d' }],
])('one lookup too many, %s, is refused before the first call', async (_name, variables) => {
  const { status, body } = await gateway.query(query, variables);

  expect({ status, body }).toEqual({
    status: 400,
    body: {
      errors: [
        {
          message: 'This operation needs 4 lookups; the limit is 3: split it.',
          extensions: { code: 'LOOKUP_LIMIT_EXCEEDED', retryable: false },
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
