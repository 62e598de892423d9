import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import { createGotLookup } from './got-lookup.ts';
import { typeDefs, type LookupArguments } from './schema.ts';
import { host, port, type Space } from './surroundings.ts';

// The same with a loader for each request, so that each id is looked up once.

interface Context {
  readonly spaces: DataLoader<string, Space>;
}

const lookup = await createGotLookup();
const settled = (result: PromiseSettledResult<Space>): Space | Error =>
  result.status === 'fulfilled' ? result.value : (result.reason as Error);

const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: {
    Query: {
      conversationSpace: (_root: unknown, { openConversationId }: LookupArguments, { spaces }: Context) =>
        spaces.load(openConversationId),
    },
  },
});
await startStandaloneServer(server, {
  listen: { host, port },
  async context({ req }) {
    const unionId = String(req.headers['x-dingtalk-union-id']);
    const batch = async (ids: readonly string[]): Promise<(Space | Error)[]> =>
      (await Promise.allSettled(ids.map((id) => lookup(id, unionId)))).map(settled);
    return { spaces: new DataLoader(batch) };
  },
});
