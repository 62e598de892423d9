import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { startStandaloneServer } from '@apollo/server/standalone';
import { operatorHeaders } from './operator-headers.mjs';
import { subgraphTimeoutMs } from './subgraph-timeout.mjs';

// The default fetcher waits forever. Each request is sent separately: this one joins none and caches no answer.
const fetcher = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(subgraphTimeoutMs) });

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
    name === 'dingtalk'
      ? new DingTalkSource({ url, fetcher })
      : new RemoteGraphQLDataSource({ url, fetcher }),
});
// As a plugin for GraphOS would, it asks the subgraphs for their traces; this one shows them to its own client.
const plugins = process.env.APOLLO_INLINE_TRACE === '1' ? [ApolloServerPluginInlineTrace()] : [];
await startStandaloneServer(new ApolloServer({ gateway, plugins }), {
  listen: { host: '127.0.0.1', port: Number(port) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
