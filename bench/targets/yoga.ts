import { createServer } from 'node:http';
import { createInMemoryCache, useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createGraphQLError, createSchema, createYoga } from 'graphql-yoga';
import { cacheEntries, cacheTtlMs, typeDefs, type LookupArguments } from './schema.ts';
import { fetchToken, host, lookupPath, port, upstreamUrl, type Space } from './surroundings.ts';

// graphql-yoga with the fetch of Node; with CACHE_TTL_MS its response cache, separate for each viewer.

const token = await fetchToken();
const unionIdOf = (request: Request): string => request.headers.get('x-dingtalk-union-id') ?? '';

async function lookup(openConversationId: string, unionId: string): Promise<Space> {
  const response = await fetch(`${upstreamUrl}${lookupPath}?unionId=${encodeURIComponent(unionId)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token },
    body: JSON.stringify({ openConversationId }),
  });
  const answer = (await response.json()) as { space: Space };
  if (!response.ok) throw createGraphQLError('DingTalk refused', { extensions: { code: 'FORBIDDEN' } });
  return answer.space;
}

const yoga = createYoga({
  schema: createSchema<{ request: Request }>({
    typeDefs,
    resolvers: {
      Query: {
        conversationSpace: (_root: unknown, { openConversationId }: LookupArguments, { request }) =>
          lookup(openConversationId, unionIdOf(request)),
      },
    },
  }),
  logging: false,
  graphiql: false,
  plugins:
    cacheTtlMs > 0
      ? [
          useResponseCache({
            session: unionIdOf,
            ttl: cacheTtlMs,
            cache: createInMemoryCache({ max: cacheEntries }),
          }),
        ]
      : [],
});
createServer((request, response) => void yoga(request, response)).listen(port, host);
