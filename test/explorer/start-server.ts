import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { GraphQLError, buildSchema, graphql } from 'graphql';
import { registerExplorer } from '../../src/explorer/register-explorer.ts';
import { wantsExplorer } from '../../src/explorer/wants-explorer.ts';

/** The part of the graph's schema that the explorer's operations use. */
export const schema = buildSchema(`
  scalar DateTime
  type Query { conversationSpace(openConversationId: ID!): Space }
  type Space { spaceId: ID! corpId: ID! createTime: DateTime modifiedTime: DateTime }
`);

const rootValue = {
  conversationSpace({ openConversationId }: { openConversationId: string }) {
    if (openConversationId !== 'cid9FTRQSLo+sKxxxx' && !openConversationId.startsWith('cid.demo.')) {
      throw new GraphQLError('No such group.', { extensions: { code: 'CONVERSATION_NOT_FOUND' } });
    }
    const time = '2022-01-01T10:00:00Z';
    return { spaceId: '798xxxxx', corpId: 'ding1234xxxxx', createTime: time, modifiedTime: time };
  },
};

/** A server that listens, where the explorer stands before a graph. */
export interface StartedServer {
  readonly app: FastifyInstance;
  readonly origin: string;
}

/** Starts the explorer in front of a stub of the graph, behind the security headers of the gateway. */
export async function startServer(): Promise<StartedServer> {
  const app = Fastify();
  await app.register(helmet);
  const explorer = await registerExplorer(app, { endpoint: '/graphql' });
  app.get('/graphql', (request, reply) =>
    wantsExplorer(request) ? explorer.sendPage(reply) : reply.code(400).send({ errors: [] }),
  );
  app.post<{ Body: { query: string; variables?: Record<string, unknown>; operationName?: string } }>(
    '/graphql',
    ({ body }) =>
      graphql({
        schema,
        rootValue,
        source: body.query,
        variableValues: body.variables,
        operationName: body.operationName,
      }),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, origin: `http://127.0.0.1:${port}` };
}
