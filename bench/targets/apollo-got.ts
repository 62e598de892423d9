import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createGotLookup } from './got-lookup.ts';
import { typeDefs, type LookupArguments } from './schema.ts';
import { host, port } from './surroundings.ts';

// Apollo Server as its documentation starts it, with got in the resolver.

const lookup = await createGotLookup();
const server = new ApolloServer<{ unionId: string }>({
  typeDefs,
  resolvers: {
    Query: {
      conversationSpace: (
        _root: unknown,
        { openConversationId }: LookupArguments,
        { unionId }: { unionId: string },
      ) => lookup(openConversationId, unionId),
    },
  },
});
await startStandaloneServer(server, {
  listen: { host, port },
  context: async ({ req }) => ({ unionId: String(req.headers['x-dingtalk-union-id']) }),
});
