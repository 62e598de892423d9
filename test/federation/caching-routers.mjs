/*
 * Hive Gateway with its cache of responses, and Apollo Gateway, in front of the gateway of a test: `node caching-routers.mjs
 * <supergraph SDL>`. The cache's clock is real time and what the parent sends: `{ advanceMs }`.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { operatorHeaders } from '../../examples/supergraph/routers/operator-headers.mjs';

// By their files: this is no module of the example.
const load = (file) => import(new URL(`../../examples/supergraph/node_modules/${file}`, import.meta.url));
const { createGatewayRuntime } = await load('@graphql-hive/gateway/dist/index.js');
const { ApolloGateway, RemoteGraphQLDataSource } = await load('@apollo/gateway/dist/index.js');
const { ApolloServer } = await load('@apollo/server/dist/esm/index.js');
const { startStandaloneServer } = await load('@apollo/server/dist/esm/standalone/index.js');

const supergraph = await readFile(process.argv[2], 'utf8');

let aheadMs = 0;
const entries = new Map();
const cache = {
  get(key) {
    const entry = entries.get(key);
    return entry && Date.now() + aheadMs < entry.endsAtMs ? entry.value : undefined;
  },
  set(key, value, { ttl = Infinity } = {}) {
    entries.set(key, { value, endsAtMs: Date.now() + aheadMs + ttl * 1000 });
  },
  delete: (key) => entries.delete(key),
  getKeysByPrefix: (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
};

const unionIdOf = (request) => operatorHeaders(request.headers.get('authorization'))['x-dingtalk-union-id'];
const hive = createGatewayRuntime({
  supergraph,
  cache,
  logging: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => operatorHeaders(request.headers.get('authorization')),
  },
  responseCaching: {
    enabled: (request) => unionIdOf(request) !== undefined,
    session: unionIdOf,
    ttl: 300_000,
  },
});
const hiveServer = createServer(hive).listen(0, '127.0.0.1');
await once(hiveServer, 'listening');

class DingTalkSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const [name, value] of Object.entries(operatorHeaders(context.authorization))) {
      request.http.headers.set(name, value);
    }
  }
}
const apollo = new ApolloServer({
  gateway: new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ url }) => new DingTalkSource({ url }),
  }),
});
const { url: apolloUrl } = await startStandaloneServer(apollo, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});

process.on('message', ({ advanceMs }) => {
  aheadMs += advanceMs;
  process.send({ advanced: true });
});
process.once('disconnect', () => process.exit());
process.send({ hive: `http://127.0.0.1:${hiveServer.address().port}/graphql`, apollo: apolloUrl });
