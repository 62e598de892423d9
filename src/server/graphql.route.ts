import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DingTalk } from '../dingtalk/dingtalk.ts';
import { createLoaders, type RequestContext } from '../graph/request-context.ts';
import type { Explorer } from '../explorer/register-explorer.ts';
import { wantsExplorer } from '../explorer/wants-explorer.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { forbidCaching } from './app.ts';

interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly dingtalk: DingTalk;
  /** What a browser is answered with; undefined where the explorer is off. */
  readonly explorer: Explorer | undefined;
}

/** `GET` and `POST /graphql`: who asks is settled first, then loaders are made for that viewer alone. */
export function registerGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { apollo, authenticator, dingtalk, explorer } = options;
  const answer = fastifyApolloHandler(apollo, {
    async context(request, reply) {
      const viewer = await authenticator.authenticate(request.raw.rawHeaders);
      const signal = whenClientGone(reply);
      return { loaders: createLoaders({ dingtalk, viewer, signal }), log: request.log };
    },
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onSend: forbidCaching,
    async handler(request, reply) {
      if (explorer && wantsExplorer(request)) return explorer.sendPage(reply);
      return answer.call(app, request, reply);
    },
  });
}

/** Aborted when the connection closes before the answer is written. */
function whenClientGone({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
