import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noSchemas } from '../server/no-schemas.ts';
import { emptyAnswer, errcodeAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { parseBody } from './read-call.ts';
import type { SandboxApi, SandboxCall } from './sandbox-call.ts';
import type { Traffic } from './traffic.ts';

/** The honest behaviour of each API that has a path. */
export type Behaviours = Readonly<Record<Exclude<SandboxApi, 'unknownPath'>, (call: SandboxCall) => Answer>>;

const routes = [
  { api: 'accessToken', method: 'POST', url: '/v1.0/oauth2/accessToken' },
  { api: 'corpToken', method: 'POST', url: '/v1.0/oauth2/:corpId/token' },
  { api: 'corpAccessToken', method: 'POST', url: '/v1.0/oauth2/corpAccessToken' },
  { api: 'conversationSpace', method: 'POST', url: '/v1.0/convFile/conversations/spaces/query' },
  { api: 'storageSpace', method: 'GET', url: '/v1.0/storage/spaces/:spaceId' },
  { api: 'usersMe', method: 'GET', url: '/v1.0/contact/users/me' },
] as const;

/** A server, not yet listening, that hands every request to `traffic`. */
export function createHttpServer(
  traffic: Traffic,
  behaviours: Behaviours,
  keepConnectionsMs: number | undefined,
): FastifyInstance {
  const refuse = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    traffic.serve('unknownPath', request, reply, () => emptyAnswer(error.statusCode ?? 500));
  };
  const app = fastify({
    exposeHeadRoutes: false,
    schemaController: noSchemas,
    forceCloseConnections: true,
    // A path that the router cannot read is an unknown path like any other.
    frameworkErrors: (_error, request, reply) => {
      traffic.serve('unknownPath', request, reply, errcodeAnswer);
    },
    ...(keepConnectionsMs === undefined ? {} : { keepAliveTimeout: keepConnectionsMs }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, text, done) => {
    done(null, parseBody(request.headers['content-type'], String(text)));
  });
  app.setErrorHandler(refuse);
  for (const { api, method, url } of routes) {
    app.route({
      method,
      url,
      handler: (request, reply) => {
        traffic.serve(api, request, reply, behaviours[api]);
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    traffic.serve('unknownPath', request, reply, errcodeAnswer);
  });
  return app;
}
