import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { conversation, demoIds, spacesOfConversations } from './representations.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.upstream.clearCalls();
  gateway.upstream.clearFaults();
});
afterAll(() => gateway.close());

/** The looked-up ids, sorted: simultaneous calls arrive in any order. */
const lookups = (): string[] =>
  gateway.upstream
    .callsTo('conversationSpace')
    .map(({ body }) => (body as { openConversationId: string }).openConversationId)
    .toSorted();

test('a reference costs no call unless its space is selected', async () => {
  const { status, body } = await gateway.query(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { __typename ... on Conversation { openConversationId } }
    }`,
    { representations: [conversation('cid9FTRQSLo+sKxxxx'), conversation('cid.conversationNotExist')] },
  );

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          { __typename: 'Conversation', openConversationId: 'cid9FTRQSLo+sKxxxx' },
          { __typename: 'Conversation', openConversationId: 'cid.conversationNotExist' },
        ],
      },
    },
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('a subgraph that knows only an openConversationId gets the space', async () => {
  const { status, body } = await gateway.query(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Conversation { space { spaceId corpId createTime modifiedTime } }
      }
    }`,
    { representations: [conversation('cid9FTRQSLo+sKxxxx')] },
  );

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          {
            space: {
              spaceId: '798xxxxx',
              corpId: 'ding1234xxxxx',
              createTime: '2022-01-01T10:00:00.000Z',
              modifiedTime: '2022-01-01T10:00:00.000Z',
            },
          },
        ],
      },
    },
  });
  expect(lookups()).toEqual(['cid9FTRQSLo+sKxxxx']);
});

test('50 representations of 25 ids are 25 calls, and the answers keep their places', async () => {
  const ids = demoIds(25);
  const { body } = await gateway.query(spacesOfConversations, {
    representations: [...ids, ...ids].map(conversation),
  });

  const { _entities: entities } = body.data as { _entities: { space: { spaceId: string } }[] };
  expect(body.errors).toBeUndefined();
  expect(entities).toHaveLength(50);
  expect(entities.slice(25)).toEqual(entities.slice(0, 25));
  expect(new Set(entities.map(({ space }) => space.spaceId)).size).toBe(25);
  expect(lookups()).toEqual(ids.toSorted());
});

test('the calls are sent together: none waits for the answer of another', async () => {
  const ids = demoIds(20);
  gateway.upstream.addFault('conversationSpace', { kind: 'hang' });
  const controller = new AbortController();
  const request = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: spacesOfConversations,
      variables: { representations: [...ids, ...ids].map(conversation) },
    }),
    signal: controller.signal,
  });

  await gateway.upstream.waitForCalls('conversationSpace', 20);
  controller.abort();
  await expect(request).rejects.toThrow('aborted');

  expect(lookups()).toHaveLength(20);
});

test('a reference that fails is one error at its path, and its neighbours have their data', async () => {
  const { status, body } = await gateway.query(spacesOfConversations, {
    representations: ['cid9FTRQSLo+sKxxxx', 'cid.permissionDenied', 'cid9FTRQSLo+sKxxxx'].map(conversation),
  });

  const found = { space: { spaceId: '798xxxxx', corpId: 'ding1234xxxxx' } };
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: { _entities: [found, { space: null }, found] },
      errors: [
        {
          message:
            "The operator may not read this group's space: ask as a member of the group, or have the permission granted.",
          locations: [{ line: 2, column: 72 }],
          path: ['_entities', 1, 'space'],
          extensions: {
            code: 'FORBIDDEN',
            retryable: false,
            dingtalk: { code: 'permissionDenied', status: 403, requestId: expect.any(String) },
          },
        },
      ],
    },
  });
  expect(lookups()).toEqual(['cid.permissionDenied', 'cid9FTRQSLo+sKxxxx']);
});

test('a field, an alias and a reference of the same conversation share one call', async () => {
  const { body } = await gateway.query(
    `query ($id: ID!, $representations: [_Any!]!) {
      conversationSpace(openConversationId: $id) { spaceId }
      again: conversationSpace(openConversationId: $id) { corpId }
      _entities(representations: $representations) { ... on Conversation { space { spaceId } } }
    }`,
    { id: 'cid9FTRQSLo+sKxxxx', representations: [conversation('cid9FTRQSLo+sKxxxx')] },
  );

  expect(body).toEqual({
    data: {
      conversationSpace: { spaceId: '798xxxxx' },
      again: { corpId: 'ding1234xxxxx' },
      _entities: [{ space: { spaceId: '798xxxxx' } }],
    },
  });
  expect(lookups()).toEqual(['cid9FTRQSLo+sKxxxx']);
});
