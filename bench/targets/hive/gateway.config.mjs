import { defineConfig } from '@graphql-hive/gateway';
import InMemoryLRUCache from '@graphql-mesh/cache-inmemory-lru';

// Hive Gateway as in production; with CACHE_TTL_MS its response cache, separate for each viewer.

const response = await fetch(`${process.env.UPSTREAM_URL}/v1.0/oauth2/accessToken`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ appKey: 'sandbox-app-key', appSecret: 'sandbox-app-secret' }),
});
const { accessToken } = await response.json();

const unionIdOf = (request) => request.headers.get('x-dingtalk-union-id');
const cacheTtlMs = Number(process.env.CACHE_TTL_MS ?? 0);

export const gatewayConfig = defineConfig({
  // No usage reports and no landing pages while it is measured.
  graphiql: false,
  landingPage: false,
  logging: 'error',
  // Hive Gateway looks the fields up in the context of its subgraphs.
  plugins: () => [
    {
      onContextBuilding({ context, extendContext }) {
        extendContext({ accessToken, unionId: unionIdOf(context.request) });
      },
    },
  ],
  ...(cacheTtlMs > 0 && {
    cache: new InMemoryLRUCache({ max: 100_000 }),
    responseCaching: { session: unionIdOf, ttl: cacheTtlMs },
  }),
});
