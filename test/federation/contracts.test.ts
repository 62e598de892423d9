import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { composeSchemaContract, composeServices } from '@theguild/federation-composition';
import { federateSubgraphsContract, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { buildASTSchema, isObjectType, parse, printSchema, type GraphQLSchema } from 'graphql';
import { areWanted } from './supergraph-under-test.ts';

const root = new URL('../../', import.meta.url);
const files = {
  dingtalk: 'schema.graphql',
  'chat-titles': 'examples/supergraph/neighbours/chat-titles.graphql',
  'space-labels': 'examples/supergraph/neighbours/space-labels.graphql',
  'file-labels': 'examples/supergraph/neighbours/file-labels.graphql',
};
const subgraphs = await Promise.all(
  Object.entries(files).map(async ([name, file]) => ({
    name,
    url: `http://127.0.0.1/${name}`,
    typeDefs: parse(await readFile(new URL(file, root), 'utf8')),
  })),
);

/** A supergraph without the fields that are tagged `join-key`. */
interface Contract {
  readonly complaints: readonly string[];
  /** What clients see. */
  readonly api: GraphQLSchema;
}

const withGuild = () =>
  composeSchemaContract(subgraphs, { include: new Set(), exclude: new Set(['join-key']) });

const engines = {
  '@theguild/federation-composition': () => {
    const { errors = [], publicSdl = '' } = withGuild();
    return { complaints: errors.map(({ message }) => message), api: buildASTSchema(parse(publicSdl)) };
  },
  '@wundergraph/composition': () => {
    const result = federateSubgraphsContract({
      subgraphs: subgraphs.map(({ typeDefs, ...subgraph }) => ({ ...subgraph, definitions: typeDefs })),
      contractTagOptions: { tagNamesToExclude: new Set(['join-key']), tagNamesToInclude: new Set() },
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    if (!result.success) throw new AggregateError(result.errors);
    return {
      complaints: result.warnings.map(({ message }) => message),
      api: result.federatedGraphClientSchema,
    };
  },
} satisfies Record<string, () => Contract>;

test.each(Object.entries(engines))(
  '%s: a contract leaves out the fields of keys alone',
  (_name, contract) => {
    const whole = buildASTSchema(parse(composeServices(subgraphs).publicSdl!));

    const { complaints, api } = contract();

    expect(complaints).toEqual([]);
    const fields = fieldsOf(api);
    expect(fieldsOf(whole).filter((field) => !fields.includes(field))).toEqual([
      'Conversation.openConversationId',
      'Dentry.dentryId',
      'Dentry.spaceId',
      'Space.spaceId',
    ]);
    expect(fields.filter((field) => !fieldsOf(whole).includes(field))).toEqual([]);
    expect(printSchema(api)).toContain('Where the files of a group chat live: its storage space.');
  },
);

/** Every field of an object type, sorted. */
function fieldsOf(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.keys(isObjectType(type) ? type.getFields() : {}).map((name) => `${type.name}.${name}`),
    )
    .toSorted();
}

const wanted = areWanted('the plan of a contract');

(wanted ? test : test.skip)('a router joins by the fields that clients do not see', () => {
  const requireOfRouter = createRequire(new URL('examples/supergraph/package.json', root));
  const { operationFromDocument, Supergraph } = requireOfRouter('@apollo/federation-internals');
  const { QueryPlanner, prettyFormatQueryPlan } = requireOfRouter('@apollo/query-planner');
  const supergraph = Supergraph.build(withGuild().supergraphSdl);
  const planOf = (query: string): string => {
    const operation = operationFromDocument(supergraph.apiSchema(), parse(query));
    return prettyFormatQueryPlan(new QueryPlanner(supergraph).buildQueryPlan(operation));
  };

  const plan = planOf('{ chats { title space { corpId label } } pinnedFiles { name labels } }');

  expect(plan).toMatch(/"chat-titles"[^]*openConversationId[^]*"dingtalk"[^]*\.\.\. on Conversation/);
  expect(plan).toMatch(/"dingtalk"[^]*spaceId[^]*"space-labels"[^]*\.\.\. on Space/);
  expect(plan).toMatch(/"file-labels"[^]*spaceId\n *dentryId[^]*"dingtalk"[^]*\.\.\. on Dentry/);
  expect(() => planOf('{ chats { openConversationId } }')).toThrow('Cannot query field "openConversationId"');
});
