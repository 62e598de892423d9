import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { Kind, parse, type DocumentNode } from 'graphql';
import { engines, type Engine, type Subgraph } from './composition-engines.ts';
import { messages } from './federation-1.ts';

/** All that an engine remarks on our schema, by whichever neighbours. */
const remarksOnOurs: Readonly<Record<Engine, readonly string[]>> = {
  // Only a directive uses the enum: every subgraph with @cacheControl defines it so, as Apollo's documentation asks.
  '@apollo/composition': ['DEBUG UNUSED_ENUM_TYPE CacheControlScope'],
  '@theguild/federation-composition': [],
  '@wundergraph/composition': [],
};

/** What is said of the neighbour `messages` below. */
const remarksOnVersion1: Readonly<Record<Engine, readonly string[]>> = {
  '@apollo/composition': [],
  '@theguild/federation-composition': [],
  // Version 1 demands @external there; version 2 ignores it.
  '@wundergraph/composition': ['Conversation@openConversationId', 'Dentry@spaceId dentryId']
    .map((each) => each.split('@'))
    .map(
      ([type, key]) =>
        `The entity extension "${type}" defined in subgraph "messages" defines a "@key" directive with the field set "${key}".`,
    ),
};

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

describe.each(Object.keys(engines) as Engine[])('%s', (engine) => {
  const compose = engines[engine];

  test('composes the graph by itself without errors, and no hint but the known one', async () => {
    expect(compose([await ours()])).toMatchObject({ errors: [], remarks: remarksOnOurs[engine] });
  });

  test('composes it with its neighbours without further hints, each type with the fields of all', async () => {
    const subgraphs = await all();

    const { errors, remarks, supergraph } = compose(subgraphs);

    expect({ errors, remarks }).toEqual({ errors: [], remarks: remarksOnOurs[engine] });
    const fields = fieldsOf(parse(supergraph));
    expect(fields).toEqual(fieldsOf(...subgraphs.map(({ typeDefs }) => typeDefs)));
    expect(fields['Conversation']).toEqual(['openConversationId', 'space', 'title']);
    expect(fields['Space']).toContain('label');
    expect(fields['Dentry']).toEqual(expect.arrayContaining(['name', 'labels', 'parent', 'thumbnail']));
    expect(supergraph).toContain('Where the files of a group chat live: its storage space.');
  });

  test('composes it with a neighbour of Federation 1, which has a PageInfo of its own', async () => {
    const subgraphs = [await ours(), messages];

    const { errors, remarks, supergraph } = compose(subgraphs);

    expect({ errors, remarks }).toEqual({
      errors: [],
      remarks: [...remarksOnOurs[engine], ...remarksOnVersion1[engine]],
    });
    expect(fieldsOf(parse(supergraph))).toEqual(fieldsOf(...subgraphs.map(({ typeDefs }) => typeDefs)));
  });

  test('refuses a neighbour that does not fit', async () => {
    const misfit = await titles((sdl) => sdl.replaceAll('openConversationId', 'chatId'));

    expect(compose([await ours(), misfit, await labels()]).errors).not.toEqual([]);
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
