import cors from '@fastify/cors';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import type { LimitsConfig } from '../config/config.ts';
import { createClientErrorHandler } from './client-error.ts';
import { answerError, registerErrorAnswers } from './error-answers.ts';
import { registerJsonBody } from './json-body.ts';
import { createPipelining } from './pipelining.ts';
import { securityHeaders } from './security-headers.ts';
import { refusal } from './refusal.ts';
import { refuseHost } from './request-host.ts';
import { requestIdOf } from './request-id.ts';
import { namesOf } from './request-log.ts';
import { createServedHostCheck } from './served-host.ts';

const noStore = 'private, no-store';

interface AppOptions {
  readonly log: Logger;
  readonly corsOrigins: readonly string[];
  readonly limits: LimitsConfig;
  /** How long one answer may take, once its request has arrived. */
  readonly answerTimeoutMs: number;
  /** The listen address. */
  readonly host: string;
  /** Beside those of loopback; empty: on other listen addresses any name. */
  readonly allowedHosts: readonly string[];
}

/** The HTTP server before it has any route: limits, headers, request ids, log lines and error answers. */
export async function createApp({
  log,
  corsOrigins,
  limits,
  answerTimeoutMs,
  ...served
}: AppOptions): Promise<FastifyInstance> {
  const isServed = createServedHostCheck(served);
  const pipelining = createPipelining();
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // Nearly no request has anything to log: a log of its own is made where one has.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // Nothing moves on a connection while DingTalk is asked. Longer than that only where nobody reads the answer.
    connectionTimeout: limits.requestTimeoutMs + answerTimeoutMs,
    clientErrorHandler: createClientErrorHandler(log, pipelining),
    frameworkErrors(error, request, reply) {
      // No hook runs for a path that cannot be read.
      setCommonHeaders(request, reply);
      answerError(error, request, reply);
    },
    http: {
      maxHeaderSize: limits.headerBytes,
      // Node's own refusal has no body: a missing host is refused below, with the impossible ones.
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      // Node looks at the timeouts that often only, every 30 s unless told: a limit would bite that late.
      connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersTimeoutMs / 4)),
    },
  });
  // Node drops headers beyond the 2,000th unasked, and with them the second of two credentials. Their bytes are limited.
  app.server.maxHeadersCount = 0;
  refuseExpectations(app);
  registerJsonBody(app);

  pipelining.limit(app);
  app.addHook('onRequest', (request, reply, next) => {
    setCommonHeaders(request, reply);
    next(refuseHost(request.raw, isServed));
  });
  if (log.isLevelEnabled('info')) {
    app.addHook('onResponse', (request, reply, next) => {
      logAnswer(request, reply);
      next();
    });
  }
  registerErrorAnswers(app);
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

/** Answers hold what one viewer may read: no cache between may keep them, unless a route says otherwise. */
function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id).header('cache-control', noStore).headers(securityHeaders);
}

function logAnswer(request: FastifyRequest, { statusCode: status, elapsedTime }: FastifyReply): void {
  // The route, not the URL: a query string may hold anything.
  const { method, routeOptions } = request;
  const ms = Math.round(elapsedTime);
  request.log.info({ ...namesOf(request), method, route: routeOptions.url, status, ms }, 'answered');
}

/** Node would answer an `Expect` that it does not know without a body. */
function refuseExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request, response) => {
    const message = 'The header Expect is not understood: leave it out.';
    response.statusCode = 417;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('cache-control', noStore);
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(refusal('BAD_REQUEST', message)));
  });
}
