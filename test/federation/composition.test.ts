import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithGuild } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { Kind, parse, print, type DocumentNode } from 'graphql';

interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

interface Composition {
  /** Errors, hints and warnings: the tests accept none of them. */
  readonly complaints: readonly string[];
  readonly supergraph: string;
}

const engines = {
  '@apollo/composition': (subgraphs) => {
    const { errors = [], hints = [], supergraphSdl = '' } = composeWithApollo(subgraphs);
    // Apollo reports every enum that only a directive uses, such as that of @cacheControl, for debugging composition.
    const remarks = hints.filter(({ definition }) => definition.level.name !== 'DEBUG');
    return { complaints: [...errors, ...remarks].map(({ message }) => message), supergraph: supergraphSdl };
  },
  '@theguild/federation-composition': (subgraphs) => {
    const { errors = [], supergraphSdl = '' } = composeWithGuild(subgraphs);
    return { complaints: errors.map(({ message }) => message), supergraph: supergraphSdl };
  },
  '@wundergraph/composition': (subgraphs) => {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ typeDefs, ...subgraph }) => ({ ...subgraph, definitions: typeDefs })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    const errors = result.success ? [] : result.errors;
    return {
      complaints: [...errors, ...result.warnings].map(({ message }) => message),
      supergraph: result.success ? print(result.federatedGraphAST) : '',
    };
  },
} satisfies Record<string, (subgraphs: Subgraph[]) => Composition>;

const root = new URL('../../', import.meta.url);
const subgraph = async (
  name: string,
  file: string,
  edit = (sdl: string): string => sdl,
): Promise<Subgraph> => ({
  name,
  url: `http://127.0.0.1/${name}`,
  typeDefs: parse(edit(await readFile(new URL(file, root), 'utf8'))),
});
const ours = () => subgraph('dingtalk', 'schema.graphql');
const titles = (edit?: (sdl: string) => string) =>
  subgraph('chat-titles', 'examples/supergraph/neighbours/chat-titles.graphql', edit);
const labels = () => subgraph('space-labels', 'examples/supergraph/neighbours/space-labels.graphql');
const fileLabels = () => subgraph('file-labels', 'examples/supergraph/neighbours/file-labels.graphql');
const all = () => Promise.all([ours(), titles(), labels(), fileLabels()]);

describe.each(Object.entries(engines))('%s', (_name, compose) => {
  test('composes the graph by itself without errors or hints', async () => {
    expect(compose([await ours()]).complaints).toEqual([]);
  });

  test('composes it with its neighbours without errors or hints, each type with the fields of all', async () => {
    const subgraphs = await all();

    const { complaints, supergraph } = compose(subgraphs);

    expect(complaints).toEqual([]);
    const fields = fieldsOf(parse(supergraph));
    expect(fields).toEqual(fieldsOf(...subgraphs.map(({ typeDefs }) => typeDefs)));
    expect(fields['Conversation']).toEqual(['openConversationId', 'space', 'title']);
    expect(fields['Space']).toContain('label');
    expect(fields['Dentry']).toEqual(expect.arrayContaining(['name', 'labels', 'parent', 'thumbnail']));
    expect(supergraph).toContain('Where the files of a group chat live: its storage space.');
  });

  test('refuses a neighbour that does not fit', async () => {
    const misfit = await titles((sdl) => sdl.replaceAll('openConversationId', 'chatId'));

    expect(compose([await ours(), misfit, await labels()]).complaints).not.toEqual([]);
  });
});

test.each(['@apollo/composition', '@theguild/federation-composition'] as const)(
  '%s passes @cost of a lookup on to routers',
  async (name) => {
    const { supergraph } = engines[name](await all());

    // Of a conversation and of a file; of a conversation's id and of a space's.
    expect(supergraph.match(/space: Space .*@cost\(weight: 10\)/g)).toHaveLength(2);
    expect(supergraph.match(/\): Space .*@cost\(weight: 10\)/g)).toHaveLength(2);
  },
);

/** The fields of the object types in all documents, those of their extensions included, sorted. */
function fieldsOf(...documents: readonly DocumentNode[]): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const definition of documents.flatMap(({ definitions }) => definitions)) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION)
      continue;
    const { name, fields: own = [] } = definition;
    const known = fields[name.value] ?? [];
    fields[name.value] = [...new Set([...known, ...own.map((field) => field.name.value)])].toSorted();
  }
  return fields;
}
