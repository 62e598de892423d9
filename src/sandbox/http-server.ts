import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { emptyAnswer, errcodeAnswer } from './answer.ts';
import { parseBody } from './read-call.ts';
import type { SandboxRoute, SandboxState } from './sandbox-route.ts';
import { routes } from './routes.ts';
import type { Traffic } from './traffic.ts';

/** A server, not yet listening, that hands every request to `traffic`. */
export function createHttpServer(
  traffic: Traffic,
  state: SandboxState,
  keepConnectionsMs: number | undefined,
): FastifyInstance {
  const refuse = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    traffic.serve('unknownPath', request, reply, () => emptyAnswer(error.statusCode ?? 500));
  };
  const app = fastify({
    // Fastify's own are not in the bundle.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // A path that the router cannot decode counts as an unknown path.
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
  const rows: readonly SandboxRoute[] = routes;
  for (const { api, method, url, operator, answer } of rows) {
    app.route<{ Params: Record<string, string> }>({
      method,
      url,
      handler: (request, reply) => {
        const { params } = request;
        traffic.serve(api, request, reply, (call) => answer({ call, params, operator }, state));
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    traffic.serve('unknownPath', request, reply, errcodeAnswer);
  });
  return app;
}

function noSchemas(): never {
  throw new Error('Routes of the stand-in have no schemas');
}
