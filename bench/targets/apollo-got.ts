import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { fileResolvers, ofViewer } from './file-resolvers.ts';
import { createGotApi } from './got-api.ts';
import { typeDefs, type LookupArguments } from './schema.ts';
import { host, port } from './surroundings.ts';

// Apollo Server as its documentation starts it, with got in the resolver.

interface Context {
  readonly unionId: string;
}

const { lookup, files } = await createGotApi();
const { Query, ...types } = fileResolvers<Context>(({ unionId }) => ofViewer(files, unionId));
const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: {
    ...types,
    Query: {
      ...Query,
      conversationSpace: (_root: unknown, { openConversationId }: LookupArguments, { unionId }: Context) =>
        lookup(openConversationId, unionId),
    },
  },
});
await startStandaloneServer(server, {
  listen: { host, port },
  context: async ({ req }) => ({ unionId: String(req.headers['x-dingtalk-union-id']) }),
});
