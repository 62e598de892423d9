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

const titles: Readonly<Record<string, string>> = {
  'cid9FTRQSLo+sKxxxx': 'The example of the API page',
  'cid.demo.tea': 'Tea round',
  'cid.demo.release': 'Release night',
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
}

export const serveNeighbours = async (): Promise<Neighbours> => ({
  'chat-titles': await serve('chat-titles', chatTitles),
  'space-labels': await serve('space-labels', spaceLabels),
});
