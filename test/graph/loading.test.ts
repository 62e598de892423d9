import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { execute, Kind, parse, type FieldNode, type GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, ObjectType, Query, Resolver, Root } from 'type-graphql';
import * as z from 'zod';
import { codec } from '../../src/domain/codec.ts';
import type { CacheableEndpoint, Endpoint } from '../../src/domain/endpoint.ts';
import type { GraphContext } from '../../src/graph/graph-context.ts';
import { createSeal } from '../../src/domain/seal.ts';
import { Cursors } from '../../src/graph/dentry/cursor.ts';
import { AnswerBudget } from '../../src/graph/limits/answer-budget.ts';
import { ErrorCap } from '../../src/graph/limits/error-cap.ts';
import { createEntitySelection } from '../../src/graph/federation/entity-selection.ts';
import { countLookups } from '../../src/graph/limits/count-lookups.ts';
import { fragmentsOf } from '../../src/graph/limits/fragments.ts';
import { createExplanation } from '../../src/graph/loading/explanation.ts';
import { Loading, type Find } from '../../src/graph/loading/loading.ts';
import { LooksUp } from '../../src/graph/loading/looks-up.decorator.ts';
import { operations } from '../../src/graph/registry.ts';
import { createSchema } from '../../src/graph/schema.ts';

interface PageInput {
  readonly parent: string;
  readonly page: number;
}

/** A list page with a compound input, which the graph does not have yet. */
const pageEndpoint: Endpoint<PageInput, string[]> = {
  name: 'page',
  method: 'GET',
  path: () => '/page',
  operator: 'unionId',
  answer: codec(
    z.codec(z.array(z.string()), z.array(z.string()), {
      decode: (list) => list,
      encode: (list) => list,
    }),
  ),
  repeatable: true,
  refusals: {},
};

/** Two sizes a call, of one folder each. */
const sizeEndpoint: CacheableEndpoint<{ folder: string; id: string }, number> = {
  name: 'size',
  method: 'POST',
  path: ({ folder }) => `/sizes/${folder}`,
  operator: 'unionId',
  answer: codec(z.number()),
  repeatable: true,
  batch: {
    maxInputs: 2,
    groupOf: ({ folder }) => folder,
    idOf: ({ id }) => id,
    body: (inputs) => inputs,
    items: z.array(z.object({ id: z.string(), body: z.unknown() })),
  },
  refusals: {},
};

@ObjectType({ simpleResolvers: true })
class Folder {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;
}

@Resolver(() => Folder)
class FolderResolver {
  @Query(() => [Folder])
  @LooksUp(pageEndpoint, () => [{ parent: 'root', page: 1 }])
  async folders(@Ctx() context: GraphContext, @Info() { path }: GraphQLResolveInfo): Promise<Folder[]> {
    const ids = await context.load(pageEndpoint, { parent: 'root', page: 1 }, path);
    return ids.map((id) => ({ id, name: id }));
  }

  @FieldResolver(() => [String], { nullable: true })
  @LooksUp(pageEndpoint, ({ id }) => (typeof id === 'string' ? [{ parent: id, page: 1 }] : []))
  first(@Root() { id }: Folder, @Ctx() { load }: GraphContext, @Info() { path }: GraphQLResolveInfo) {
    return load(pageEndpoint, { parent: id, page: 1 }, path);
  }

  @FieldResolver(() => [String], { nullable: true })
  @LooksUp(pageEndpoint, ({ id }) => (typeof id === 'string' ? [{ parent: id, page: 2 }] : []))
  second(@Root() { id }: Folder, @Ctx() { load }: GraphContext, @Info() { path }: GraphQLResolveInfo) {
    return load(pageEndpoint, { page: 2, parent: id }, path);
  }
}

@Resolver(() => Folder)
class SizeResolver {
  @Query(() => [Number])
  @LooksUp(sizeEndpoint, ({ ids }) => (ids as string[]).map((id) => ({ folder: 'a', id })))
  sizes(
    @Arg('ids', () => [ID]) ids: string[],
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ) {
    return Promise.all(ids.map((id) => load(sizeEndpoint, { folder: 'a', id }, path)));
  }
}

const schema = await createSchema([
  ...operations,
  { resolvers: [FolderResolver], entities: [] },
  { resolvers: [SizeResolver], entities: [] },
]);

async function ask(query: string, maxLookups = 50) {
  const calls: unknown[] = [];
  const find = ((_endpoint, inputs: readonly PageInput[], onEnded) =>
    inputs.map(async (input) => {
      calls.push(input);
      onEnded?.(input as never, {
        source: 'upstream',
        ageMs: 0,
        attempts: 1,
        calls: 1,
        waitMs: 0,
        stale: false,
        reusableUntilMs: 0,
        ms: 0,
      });
      return input.parent === 'root' ? ['a', 'b', 'c', 'd', 'e', 'f'] : [`${input.parent}${input.page}`];
    })) as Find;
  const explanation = createExplanation();
  const contextValue: GraphContext = {
    load: new Loading({ find, maxLookups, explanation }).load,
    errorCap: new ErrorCap(20),
    answerBudget: new AnswerBudget(10_000),
    cursors: new Cursors(createSeal({ upstream: '', app: '', secret: 'secret' }), { unionId: 'chy' }),
    wallMs: () => 0,
    explanation,
  };
  const { data, errors } = await execute({ schema, document: parse(query), contextValue });
  return { data, errors, calls, explained: explanation.lookups() };
}

test('lookups below the root count: one beyond the limit is not made, and only its field is null', async () => {
  const { data, errors, calls } = await ask('{ folders { id first } }', 2);

  expect(calls).toEqual([
    { parent: 'root', page: 1 },
    { parent: 'a', page: 1 },
  ]);
  expect(data).toEqual({
    folders: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, first: id === 'a' ? ['a1'] : null })),
  });
  expect(errors?.map(({ path, extensions, message }) => [path, extensions['code'], message])).toEqual(
    [1, 2, 3, 4, 5].map((index) => [
      ['folders', index, 'first'],
      'LOOKUP_LIMIT_EXCEEDED',
      'One request may need 2 lookups at most, and this field needs one more: ask for less at once.',
    ]),
  );
});

test('a compound input is one lookup for each distinct input, in any order of its properties', async () => {
  const { calls, errors } = await ask('{ folders { first again: first second } twice: folders { second } }');

  expect(errors).toBeUndefined();
  expect(calls).toHaveLength(1 + 6 + 6);
});

test('x-explain has an entry for each place below the root', async () => {
  const { explained } = await ask('{ folders { first } }');

  expect(explained.map(({ path }) => path)).toEqual([
    ['folders'],
    ...[0, 1, 2, 3, 4, 5].map((index) => ['folders', index, 'first']),
  ]);
});

const noPath = { prev: undefined, key: 'size', typename: undefined };

test.each([
  [2, [['a 1', 'a 2', 'a 3', 'b 1']], 'b 1'],
  [3, [['a 1', 'a 2', 'a 3', 'b 1', 'a 4']], ''],
  [
    3,
    [
      ['a 1', 'a 2'],
      ['a 1', 'a 3'],
      ['b 1', 'b 2', 'b 3'],
    ],
    'b 3',
  ],
])('of batches, %p calls are made at most: %j', async (maxLookups, turns, refused) => {
  const find = ((_endpoint, inputs) => inputs.map(async () => 1)) as Find;
  const { load } = new Loading({ find, maxLookups, explanation: undefined });
  const failed: string[] = [];

  for (const turn of turns) {
    await Promise.all(
      turn.map(async (each) => {
        const [folder = '', id = ''] = each.split(' ');
        await load(sizeEndpoint, { folder, id }, noPath).catch(() => failed.push(each));
      }),
    );
  }

  expect(failed.join(', ')).toBe(refused);
});

test.each([
  ['{ folders { id } }', 1],
  ['{ folders { first second } }', 1],
  ['{ sizes(ids: ["1", "2"]) }', 1],
  ['{ sizes(ids: ["1", "2", "1"]) again: sizes(ids: ["3"]) }', 2],
  [
    '{ a: conversationSpace(openConversationId: "a") { spaceId } b: conversationSpace(openConversationId: "a") { corpId } }',
    1,
  ],
  [
    '{ a: conversationSpace(openConversationId: "a") { spaceId } b: conversationSpace(openConversationId: "") { corpId } }',
    1,
  ],
])('%s: lookups that the document shows are counted in advance', (query, count) => {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation');
  const execution = { schema, fragments: fragmentsOf(document), variableValues: {} };

  expect(countLookups(execution, operation)).toBe(count);
});

test.each([
  ['{ folders { id } }', false],
  ['{ folders { __typename id first second } }', false],
  ['{ folders { name } }', true],
  ['{ folders { first ... on Folder { name } } }', true],
])('%s: an entity is looked up only for fields without their own lookup', (query, asksBeyondKey) => {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation');
  const nodes = operation.selectionSet.selections as readonly FieldNode[];
  const key = {
    name: 'id',
    rule: '',
    accepts: (value: unknown): value is string => typeof value === 'string',
  };

  const selectionOf = createEntitySelection({ schema, fragments: {}, variableValues: {} }, nodes);

  expect(selectionOf({ type: Folder, keys: [key] }).asksBeyondKey).toBe(asksBeyondKey);
});
