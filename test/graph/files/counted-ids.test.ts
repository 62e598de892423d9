import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { getNullableType, isListType, isObjectType, type GraphQLObjectType } from 'graphql';
import { listArguments } from '../../../src/graph/limits/measure-selection.ts';
import { createSchema } from '../../../src/graph/schema.ts';
import { startGateway } from '../../support/start-gateway.ts';
import { codesAt } from './calls.ts';

const ids = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test.each([
  ['files', '{ dentries(spaceId: "space.demo.a", dentryIds: $ids) { name } }', ids(1501, 'id-'), 51],
  [
    'thumbnails',
    '{ dentries(spaceId: "space.demo.a", dentryIds: $ids) { name thumbnail { url } } }',
    ids(1501, 'id-'),
    102,
  ],
  [
    'spaces of conversations',
    '{ conversations(openConversationIds: $ids) { space { spaceId } } }',
    ids(51, 'cid.demo.'),
    51,
  ],
])(
  '%s that need more calls than allowed are refused before the first one',
  async (_what, query, given, calls) => {
    await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '50' } });

    const { status, body } = await gateway.query(`query ($ids: [ID!]!) ${query}`, { ids: given });

    expect(status).toBe(422);
    expect(body).toEqual({
      errors: [
        {
          message: `This operation needs ${calls} lookups; the limit is 50: split it.`,
          extensions: {
            code: 'LOOKUP_LIMIT_EXCEEDED',
            retryable: false,
            limit: 50,
            asked: calls,
            variable: 'MAX_LOOKUPS_PER_REQUEST',
          },
        },
      ],
    });
    expect(gateway.upstream.calls).toHaveLength(0);
  },
);

test('the same where the ids are written in the document', async () => {
  await using gateway = await startGateway({ environment: { MAX_LOOKUPS_PER_REQUEST: '3' } });

  const { status } = await gateway.query(
    `{ conversations(openConversationIds: ${JSON.stringify(ids(4, 'cid.demo.'))}) { space { spaceId } } }`,
  );

  expect(status).toBe(422);
  expect(gateway.upstream.calls).toHaveLength(0);
});

test('fields that a directive adds to a list count, also where it was asked for without them before', async () => {
  await using gateway = await startGateway({ environment: { MAX_ANSWER_FIELDS: '150' } });
  const query = `query ($all: Boolean!) {
    space(spaceId: "space.demo.big") {
      dentries { nodes { dentryId } }
      dentries @include(if: $all) { nodes { name size path uuid type } }
    }
  }`;

  const few = await gateway.query(query, { all: false });
  const many = await gateway.query(query, { all: true });

  expect([codesAt(few), codesAt(many)]).toEqual([{}, { 'space.dentries': 'QUERY_TOO_COMPLEX' }]);
});

test('every argument that is a list is one whose items are counted', async () => {
  const schema = await createSchema();
  const lists = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) => Object.values((type as GraphQLObjectType).getFields()))
    .flatMap(({ args }) => args.filter(({ type }) => isListType(getNullableType(type))))
    .map(({ name }) => name);

  expect([...new Set(lists)].toSorted()).toEqual([...listArguments].toSorted());
});
