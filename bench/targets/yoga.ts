import { createServer } from 'node:http';
import { createInMemoryCache, useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createGraphQLError, createSchema, createYoga } from 'graphql-yoga';
import { fileResolvers, ofViewer } from './file-resolvers.ts';
import { createFiles } from './files.ts';
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

const files = createFiles(async (method, path, query, body) => {
  const response = await fetch(`${upstreamUrl}${path}?${String(new URLSearchParams(query))}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-acs-dingtalk-access-token': token },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw createGraphQLError('DingTalk refused', { extensions: { code: 'FORBIDDEN' } });
  return answer;
});
const { Query, ...types } = fileResolvers<{ request: Request }>(({ request }) =>
  ofViewer(files, unionIdOf(request)),
);

const yoga = createYoga({
  schema: createSchema<{ request: Request }>({
    typeDefs,
    resolvers: {
      ...types,
      Query: {
        ...Query,
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
