import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { operatorHeaders } from './operator-headers.mjs';

// Each request is sent separately: the `fetcher` joins none, and caches no answer to a POST.
class DingTalkSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const [name, value] of Object.entries(operatorHeaders(context.authorization))) {
      request.http.headers.set(name, value);
    }
  }
}

const [supergraphFile, port] = process.argv.slice(2);
const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraphFile, 'utf8'),
  buildService: ({ name, url }) =>
    name === 'dingtalk' ? new DingTalkSource({ url }) : new RemoteGraphQLDataSource({ url }),
});
await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { host: '127.0.0.1', port: Number(port) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
