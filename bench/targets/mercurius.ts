import { fastify } from 'fastify';
import mercurius from 'mercurius';
import mercuriusCache from 'mercurius-cache';
import { fileResolvers, ofViewer } from './file-resolvers.ts';
import { cacheEntries, cacheTtlMs, typeDefs, type LookupArguments } from './schema.ts';
import { host, port } from './surroundings.ts';
import { createUndiciApi } from './undici-api.ts';

// mercurius with its compiler on and undici in its resolver; with CACHE_TTL_MS its cache, keyed by viewer.

interface Context {
  readonly unionId: string;
}

const { lookup, files } = await createUndiciApi();
const { Query, ...types } = fileResolvers((context) => ofViewer(files, (context as Context).unionId));
const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    ...types,
    Query: {
      ...Query,
      conversationSpace: (_root: unknown, { openConversationId }: LookupArguments, context: unknown) =>
        lookup(openConversationId, (context as Context).unionId),
    },
  },
  context: (request): Context => ({ unionId: String(request.headers['x-dingtalk-union-id']) }),
  jit: 1,
});
if (cacheTtlMs > 0) {
  await app.register(mercuriusCache.default, {
    ttl: cacheTtlMs / 1000,
    storage: { type: 'memory', options: { size: cacheEntries } },
    policy: {
      Query: {
        conversationSpace: {
          extendKey: (_root: unknown, _args: unknown, context: unknown) => (context as Context).unionId,
        },
      },
    },
  });
}
await app.listen({ host, port });
