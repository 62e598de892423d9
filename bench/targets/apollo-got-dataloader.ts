import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import { fileResolvers, type ViewerFiles } from './file-resolvers.ts';
import { createGotApi } from './got-api.ts';
import { typeDefs, type LookupArguments } from './schema.ts';
import { host, port, type Space } from './surroundings.ts';

// The same with a loader for each request, so that each id is looked up once.

interface Context {
  readonly spaces: DataLoader<string, Space>;
  readonly files: ViewerFiles;
}

const { lookup, files } = await createGotApi();
const { Query, ...types } = fileResolvers<Context>((context) => context.files);
const settled = <Value>(result: PromiseSettledResult<Value>): Value | Error =>
  result.status === 'fulfilled' ? result.value : (result.reason as Error);

/** One call for each key. */
const createLoader = <Value>(load: (key: string) => Promise<Value>): DataLoader<string, Value> =>
  new DataLoader(async (keys) => (await Promise.allSettled(keys.map(load))).map(settled));

const keyOf = (spaceId: string, dentryId: string): string => `${spaceId} ${dentryId}`;
const idsOf = (key: string): [string, string] => key.split(' ', 2) as [string, string];

function createFileLoaders(unionId: string): ViewerFiles {
  const byId = createLoader((key) => files.file(...idsOf(key), unionId));
  const thumbnails = createLoader((key) => files.thumbnail(...idsOf(key), unionId));
  return {
    page: (spaceId, first) => files.page(spaceId, first, unionId),
    file: (spaceId, dentryId) => byId.load(keyOf(spaceId, dentryId)),
    thumbnail: (spaceId, dentryId) => thumbnails.load(keyOf(spaceId, dentryId)),
  };
}

const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: {
    ...types,
    Query: {
      ...Query,
      conversationSpace: (_root: unknown, { openConversationId }: LookupArguments, { spaces }: Context) =>
        spaces.load(openConversationId),
    },
  },
});
await startStandaloneServer(server, {
  listen: { host, port },
  async context({ req }) {
    const unionId = String(req.headers['x-dingtalk-union-id']);
    return { spaces: createLoader((id) => lookup(id, unionId)), files: createFileLoaders(unionId) };
  },
});
