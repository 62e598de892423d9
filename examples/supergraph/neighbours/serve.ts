import { readFile } from 'node:fs/promises';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { parse } from 'graphql';

interface Conversation {
  readonly openConversationId: string;
}

interface Space {
  readonly spaceId: string;
}

interface Dentry extends Space {
  readonly dentryId: string;
}

const titles: Readonly<Record<string, string>> = {
  'cid9FTRQSLo+sKxxxx': 'The example of the API page',
  'cid.demo.tea': 'Tea round',
  'cid.demo.release': 'Release night',
};

/** By the id of a file within the example's space. */
const labels: Readonly<Record<string, readonly string[]>> = {
  '2001': ['plan', 'to read'],
  '2002': ['team'],
};

/** Knows the titles of chats, but not where their files live. */
const chatTitles: GraphQLResolverMap = {
  Query: {
    chats: (_query: unknown, { ids }: { ids: readonly string[] }) =>
      ids.map((openConversationId) => ({ openConversationId })),
  },
  Conversation: {
    title: ({ openConversationId }: Conversation) => titles[openConversationId] ?? openConversationId,
  },
};

/** Adds a label to any space of any subgraph, and knows some spaces by id alone. */
const spaceLabels: GraphQLResolverMap = {
  Query: {
    pinnedSpaces: (_query: unknown, { ids }: { ids: readonly string[] }) =>
      ids.map((spaceId) => ({ spaceId })),
  },
  Space: {
    label: ({ spaceId }: Space) => `label of ${spaceId}`,
  },
};

/** Labels files of any subgraph, and knows the ids of pinned ones. */
const fileLabels: GraphQLResolverMap = {
  Query: {
    pinnedFiles: (
      _query: unknown,
      { spaceId, dentryIds }: { spaceId: string; dentryIds: readonly string[] },
    ) => dentryIds.map((dentryId) => ({ spaceId, dentryId })),
  },
  Dentry: {
    labels: ({ dentryId }: Dentry) => labels[dentryId] ?? [],
  },
};

/** Serves a neighbour on a free port of this machine and returns its URL. */
async function serve(name: string, resolvers: GraphQLResolverMap): Promise<string> {
  const typeDefs = parse(await readFile(new URL(`${name}.graphql`, import.meta.url), 'utf8'));
  const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
  const server = new ApolloServer({
    schema,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return url;
}

export interface Neighbours {
  readonly 'chat-titles': string;
  readonly 'space-labels': string;
  readonly 'file-labels': string;
}

export const serveNeighbours = async (): Promise<Neighbours> => ({
  'chat-titles': await serve('chat-titles', chatTitles),
  'space-labels': await serve('space-labels', spaceLabels),
  'file-labels': await serve('file-labels', fileLabels),
});
