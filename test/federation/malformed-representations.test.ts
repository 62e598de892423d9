import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { conversation, space } from './representations.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

const query = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Conversation { space { spaceId } }
    ... on Space { corpId }
  }
}`;

const badConversationId =
  'openConversationId must be a string of 1 to 256 characters, not all blank, none of them a control character.';
const badSpaceId =
  'spaceId must be a string of 1 to 256 characters, not all blank, none of them a control character, and neither "." nor "..".';
const noObject = 'A representation must be an object.';
const noType = 'A representation must name its type in __typename.';
const foreign =
  'A representation must be of a type that this subgraph resolves: Conversation, Space, Dentry.';

test.each([
  ['a number', 7, 'representations', noObject],
  ['a string', 'Conversation', 'representations', noObject],
  ['a list', [conversation('cid.demo.a')], 'representations', noType],
  ['no __typename', { openConversationId: 'cid.demo.a' }, 'representations', noType],
  ['a __typename that is not a string', { __typename: 1 }, 'representations', noType],
  ['a type of another subgraph', { __typename: 'User', id: '1' }, 'representations', foreign],
  ['the query type', { __typename: 'Query' }, 'representations', foreign],
  ['the name of a built-in property', { __typename: 'constructor' }, 'representations', foreign],
  ['no key', { __typename: 'Conversation' }, 'openConversationId', badConversationId],
  ['a null key', conversation(null), 'openConversationId', badConversationId],
  ['a number for a key', conversation(7), 'openConversationId', badConversationId],
  ['an object for a key', conversation({ id: 'cid.demo.a' }), 'openConversationId', badConversationId],
  ['an empty key', conversation(''), 'openConversationId', badConversationId],
  ['a key with a line break', conversation('cid.demo.a\n'), 'openConversationId', badConversationId],
  ['a key of 257 characters', conversation('c'.repeat(257)), 'openConversationId', badConversationId],
  ['half a surrogate pair', conversation('cid.demo.\uD83D'), 'openConversationId', badConversationId],
  [
    'the key of another type',
    { __typename: 'Space', openConversationId: 'cid.demo.a' },
    'spaceId',
    badSpaceId,
  ],
  ['an empty space', space(''), 'spaceId', badSpaceId],
  ['a space of 257 characters', space('7'.repeat(257)), 'spaceId', badSpaceId],
  ['a space with a control character', space('798\u0000'), 'spaceId', badSpaceId],
  ['the folder itself', space('.'), 'spaceId', badSpaceId],
  ['the folder above', space('..'), 'spaceId', badSpaceId],
])('%s is an error at its path, and its neighbour has its data', async (_name, bad, argument, message) => {
  const { status, body } = await gateway.query(query, {
    representations: [bad, conversation('cid9FTRQSLo+sKxxxx')],
  });

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: { _entities: [null, { __typename: 'Conversation', space: { spaceId: '798xxxxx' } }] },
      errors: [
        {
          message,
          locations: [{ line: 2, column: 3 }],
          path: ['_entities', 0],
          extensions: { code: 'BAD_USER_INPUT', retryable: false, argument },
        },
      ],
    },
  });
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  expect(gateway.upstream.callsTo('storageSpace')).toEqual([]);
});

test('literal representations are read like variables', async () => {
  const { body } = await gateway.query(
    `query ($id: ID!) {
      _entities(representations: [
        { __typename: "Conversation", openConversationId: $id }
        { __typename: "Space", spaceId: "798xxxxx" }
        7
      ]) { __typename ... on Conversation { space { spaceId } } ... on Space { corpId } }
    }`,
    { id: 'cid9FTRQSLo+sKxxxx' },
  );

  expect(body.data).toEqual({
    _entities: [
      { __typename: 'Conversation', space: { spaceId: '798xxxxx' } },
      { __typename: 'Space', corpId: 'ding1234xxxxx' },
      null,
    ],
  });
  expect(body.errors!.map(({ message }) => message)).toEqual([noObject]);
  expect(gateway.upstream.callsTo('conversationSpace')).toHaveLength(1);
  expect(gateway.upstream.callsTo('storageSpace')).toHaveLength(1);
});

test.each([
  ['null for a representation', [null]],
  ['null for the list', null],
])('%s is refused before any lookup', async (_name, representations) => {
  const { body } = await gateway.query(query, { representations });

  expect(body).toEqual({
    errors: [
      {
        message: expect.stringContaining('"$representations"'),
        locations: expect.anything(),
        extensions: { code: 'BAD_USER_INPUT', retryable: false },
      },
    ],
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('an empty list of representations gives no entities', async () => {
  expect(await gateway.query(query, { representations: [] })).toMatchObject({
    status: 200,
    body: { data: { _entities: [] } },
  });
  expect(gateway.upstream.calls).toEqual([]);
});
