import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import type { Logger } from 'pino';
import { registerErrorAnswers } from './error-answers.ts';
import { requestIdOf } from './request-id.ts';

const maxBodyBytes = 256 * 1024;
const maxHeaderBytes = 16 * 1024;
const headersWithinMs = 5000;
const requestWithinMs = 10_000;

interface AppOptions {
  readonly log: Logger;
  readonly corsOrigins: readonly string[];
}

/** The HTTP server before it has any route: limits, headers, request ids, log lines and error answers. */
export async function createApp({ log, corsOrigins }: AppOptions): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestWithinMs,
    http: { maxHeaderSize: maxHeaderBytes, headersTimeout: headersWithinMs },
  });
  // Only JSON is spoken here; fastify would take text/plain as well, which browsers send across origins unasked.
  app.removeContentTypeParser('text/plain');

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    // The route, not the URL: a query string may hold anything.
    const { method, routeOptions } = request;
    const { statusCode: status, elapsedTime } = reply;
    request.log.info({ method, route: routeOptions.url, status, ms: Math.round(elapsedTime) }, 'answered');
  });
  registerErrorAnswers(app);
  await app.register(helmet);
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST'],
      exposedHeaders: ['x-request-id'],
      maxAge: 600,
    });
  }
  return app;
}

/** Answers hold what one viewer may read: no cache between may keep them. */
export async function forbidCaching(_request: unknown, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'private, no-store');
}
