import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { documentedErrors } from '../../src/sandbox/documented-errors.ts';
import { conversationSpaceEndpoint } from '../../src/graph/conversation/conversation-space.endpoint.ts';
import { startCachedGateway } from '../support/cached-gateway.ts';
import { startGateway, type GatewayUnderTest } from '../support/start-gateway.ts';
import { factsOfSpaces, space } from './representations.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway({
    // In sandbox mode an id that fails changes no other answer.
    environment: { DINGTALK_MODE: 'sandbox', MAX_LOOKUPS_PER_REQUEST: '100', MAX_ERRORS: '50' },
  });
});
beforeEach(() => gateway.upstream.clearCalls());
afterAll(() => gateway.close());

/** Sorted: simultaneous calls arrive in any order. */
const paths = (): string[] =>
  gateway.upstream
    .callsTo('storageSpace')
    .map(({ path }) => path)
    .toSorted();

/** The public errors, without the request id. */
async function publicErrors(query: string, representations: unknown): Promise<unknown[]> {
  const { body } = await gateway.query(query, { representations });
  return body.errors!.map(({ message, extensions }) => {
    const { requestId, ...dingtalk } = extensions.dingtalk;
    expect(requestId).toEqual(expect.any(String));
    return [message, { ...extensions, dingtalk }];
  });
}

test('a bare spaceId costs no call if only the key is selected', async () => {
  const { status, body } = await gateway.query(
    `query ($representations: [_Any!]!, $more: Boolean!) {
      _entities(representations: $representations) { ...Key ... on Space @include(if: $more) { corpId } }
    }
    fragment Key on Space { __typename id: spaceId corpId @skip(if: true) }`,
    { representations: [space('798xxxxx'), space('nowhere')], more: false },
  );

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: {
        _entities: [
          { __typename: 'Space', id: '798xxxxx' },
          { __typename: 'Space', id: 'nowhere' },
        ],
      },
    },
  });
  expect(gateway.upstream.calls).toEqual([]);
});

test('fields beyond the key cost one call of the storage API for each id', async () => {
  const { status, body } = await gateway.query(factsOfSpaces, {
    representations: ['798xxxxx', 'space.demo.a', '798xxxxx'].map(space),
  });

  const example = {
    corpId: 'ding1234xxxxx',
    createTime: '2022-01-01T10:00:00.000Z',
    modifiedTime: '2022-01-01T10:00:00.000Z',
  };
  const madeUp = {
    corpId: 'ding1234xxxxx',
    createTime: '2020-12-11T04:10:11.000Z',
    modifiedTime: '2021-02-23T07:48:33.000Z',
  };
  expect({ status, body }).toEqual({
    status: 200,
    body: { data: { _entities: [example, madeUp, example] } },
  });
  expect(paths()).toEqual(['/v1.0/storage/spaces/798xxxxx', '/v1.0/storage/spaces/space.demo.a']);
  for (const call of gateway.upstream.callsTo('storageSpace')) {
    expect(call).toMatchObject({ method: 'GET', query: { unionId: 'chyxxxxx' }, body: undefined });
  }
});

test('a space that does not exist is one error at its path, and its neighbour has its data', async () => {
  const { status, body } = await gateway.query(
    `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Space { corpId } }
}`,
    { representations: ['nowhere', '798xxxxx'].map(space) },
  );

  expect({ status, body }).toEqual({
    status: 200,
    body: {
      data: { _entities: [null, { corpId: 'ding1234xxxxx' }] },
      errors: [
        {
          message: 'There is no such storage space: check the spaceId, case included.',
          locations: [{ line: 2, column: 3 }],
          path: ['_entities', 0],
          extensions: {
            code: 'SPACE_NOT_FOUND',
            retryable: false,
            dingtalk: { code: 'spaceNotExist', status: 404, requestId: expect.any(String) },
          },
        },
      ],
    },
  });
  expect(paths()).toEqual(['/v1.0/storage/spaces/798xxxxx', '/v1.0/storage/spaces/nowhere']);
});

test('errors common to all APIs have the same messages for spaces and conversations', async () => {
  const own = Object.keys(conversationSpaceEndpoint.refusals);
  const codes = documentedErrors.map(({ code }) => code).filter((code) => !own.includes(code));
  const ofSpaces = await publicErrors(
    factsOfSpaces,
    codes.map((code) => space(`space.${code}`)),
  );
  const ofConversations = await publicErrors(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Conversation { space { corpId } } }
    }`,
    codes.map((code) => ({ __typename: 'Conversation', openConversationId: `cid.${code}` })),
  );

  expect(ofSpaces).toHaveLength(codes.length);
  expect(ofSpaces).toEqual(ofConversations);
});

test('the message of a refusal names the storage space, also from the cache', async () => {
  await using remembers = await startCachedGateway();
  const refused = ['permissionDenied', 'acrossOrgAccessForbidden', 'spaceNotExist'];
  const representations = refused.map((code) => space(`space.${code}`));

  const answers = [
    await remembers.query(factsOfSpaces, { representations }),
    await remembers.query(factsOfSpaces, { representations }),
  ];

  for (const { body } of answers) {
    expect(body.errors!.map(({ message, extensions }) => [extensions.code, message])).toEqual([
      [
        'FORBIDDEN',
        'The operator may not read this storage space: ask as an operator who may, or have the permission granted.',
      ],
      [
        'CROSS_ORGANIZATION_FORBIDDEN',
        'This storage space belongs to another organization: ask as an operator of that organization.',
      ],
      ['SPACE_NOT_FOUND', 'There is no such storage space: check the spaceId, case included.'],
    ]);
  }
  expect(remembers.upstream.callsTo('storageSpace')).toHaveLength(3);
});

test('a code that the storage API does not document follows its status', async () => {
  const refusals = await publicErrors(
    factsOfSpaces,
    ['paramError.conversationId', 'conversationNotExist'].map((code) => space(`space.${code}`)),
  );

  expect(refusals).toEqual([
    [
      'DingTalk refuses the arguments: correct them.',
      {
        code: 'BAD_USER_INPUT',
        retryable: false,
        dingtalk: { code: 'paramError.conversationId', status: 400 },
      },
    ],
    [
      'Not found in DingTalk: check the id, case included.',
      { code: 'NOT_FOUND', retryable: false, dingtalk: { code: 'conversationNotExist', status: 404 } },
    ],
  ]);
});

test('an answer without a space, or in an undocumented form, is an error', async () => {
  const { body } = await gateway.query(factsOfSpaces, {
    representations: ['space.noSpace', 'space.html', 'space.errcode', 'space.502'].map(space),
  });

  expect(body.data).toEqual({ _entities: [null, null, null, null] });
  expect(body.errors!.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['_entities', 0], 'UPSTREAM_MALFORMED_RESPONSE'],
    [['_entities', 1], 'UPSTREAM_MALFORMED_RESPONSE'],
    [['_entities', 2], 'UPSTREAM_MALFORMED_RESPONSE'],
    [['_entities', 3], 'UPSTREAM_UNAVAILABLE'],
  ]);
});

test.each([
  ['space.demo.a/b', '/v1.0/storage/spaces/space.demo.a%2Fb'],
  ['space.demo.?x=1#y', '/v1.0/storage/spaces/space.demo.%3Fx%3D1%23y'],
  ['space.demo.100%', '/v1.0/storage/spaces/space.demo.100%25'],
  ['space.demo.%2e%2e', '/v1.0/storage/spaces/space.demo.%252e%252e'],
  ['space.demo.空间', '/v1.0/storage/spaces/space.demo.%E7%A9%BA%E9%97%B4'],
  ['space.demo.\\..\\', '/v1.0/storage/spaces/space.demo.%5C..%5C'],
])('the id %s is one segment of the path', async (id, path) => {
  const { body } = await gateway.query(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Space { spaceId corpId } } }`,
    { representations: [space(id)] },
  );

  expect(body).toEqual({ data: { _entities: [{ spaceId: id, corpId: 'ding1234xxxxx' }] } });
  expect(paths()).toEqual([path]);
});
