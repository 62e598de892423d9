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
import { createOriginCheck } from '../domain/origin.ts';
import { createClientErrorHandler, logRefusedConnection } from './client-error.ts';
import { countRefusals } from './count-refusals.ts';
import { createDrain, type Drain } from './drain.ts';
import { answerError, registerErrorAnswers } from './error-answers.ts';
import { registerJsonBody } from './json-body.ts';
import { createPipelining } from './pipelining.ts';
import { securityHeadersWith } from './security-headers.ts';
import { refusal } from './refusal.ts';
import { pathAndQueryOf, refuseHost } from './request-host.ts';
import { requestIdOf } from './request-id.ts';
import type { RequestLines } from './request-line.ts';
import { createServedHostCheck } from './served-host.ts';
import type { LineLimit } from '../observability/line-limit.ts';

const noStore = 'private, no-store';

interface AppOptions {
  readonly log: Logger;
  /** For lines about refused requests. */
  readonly lineLimit: LineLimit;
  /** Undefined where requests have no lines. */
  readonly requestLines: RequestLines | undefined;
  readonly corsOrigins: readonly string[];
  /** What pages of other origins may send. */
  readonly corsMethods: readonly string[];
  readonly limits: LimitsConfig;
  /** How long one answer may take after its request has arrived. */
  readonly answerTimeoutMs: number;
  /** For `Strict-Transport-Security`; `0`: it is not sent. */
  readonly hstsMaxAgeS: number;
  /** The listen address. */
  readonly host: string;
  /** Accepted in addition to loopback's names; empty: any name, unless `host` is loopback. */
  readonly allowedHosts: readonly string[];
  /** An answer has an error with this code. */
  readonly errorsAnswered: (code: unknown) => void;
  /** What is served, for requests to anything else. */
  readonly served: string;
}

/** An HTTP server without routes, and its end. */
export interface App {
  readonly app: FastifyInstance;
  readonly drain: Drain;
}

/** A route with a schema fails at the start. */
const noSchemas = (): never => {
  throw new Error('Routes of the gateway have no schemas');
};

/** Creates the HTTP server without routes: limits, headers, request ids, log lines and error answers. */
export async function createApp({
  log,
  lineLimit,
  requestLines,
  corsOrigins,
  corsMethods,
  limits,
  answerTimeoutMs,
  hstsMaxAgeS,
  errorsAnswered,
  served,
  ...hosts
}: AppOptions): Promise<App> {
  const isServed = createServedHostCheck(hosts);
  const pipelining = createPipelining(() =>
    logRefusedConnection(log, lineLimit, 'too many requests before their answers'),
  );
  const securityHeaders = securityHeadersWith(hstsMaxAgeS);
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // Most requests log nothing: `logOf` makes a child logger on demand.
    childLoggerFactory: (logger) => logger,
    // No route has a schema: fastify would load its compilers of schemas at every start.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    genReqId: requestIdOf,
    requestIdHeader: false,
    rewriteUrl: pathAndQueryOf,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // A connection is idle while DingTalk is called. If it is idle for longer, the client does not read its answer.
    connectionTimeout: limits.requestTimeoutMs + answerTimeoutMs,
    // In its place between two requests.
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    clientErrorHandler: createClientErrorHandler(
      log,
      lineLimit,
      pipelining,
      errorsAnswered,
      limits.headerBytes,
    ),
    frameworkErrors(error, request, reply) {
      // No hook runs for an invalid path.
      setCommonHeaders(request, reply, securityHeaders);
      errorsAnswered('BAD_REQUEST');
      pipelining.note(request.raw, reply.raw);
      answerError(error, request, reply);
      requestLines?.ended(request, reply);
    },
    http: {
      maxHeaderSize: limits.headerBytes,
      // Node's own refusal has no body: `refuseHost` refuses a missing host.
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      // Node enforces the timeouts only at this interval, which is 30 s by default.
      connectionsCheckingInterval: Math.min(1000, Math.ceil(limits.headersTimeoutMs / 4)),
    },
  });
  // By default Node silently drops headers after the 2,000th, perhaps the second of two credentials. Bytes are limited.
  app.server.maxHeadersCount = 0;
  refuseExpectations(app, lineLimit, errorsAnswered);
  countRefusals(app, errorsAnswered);
  registerJsonBody(app, limits.bodyBytes);

  pipelining.limit(app);
  app.addHook('onRequest', (request, reply, next) => {
    setCommonHeaders(request, reply, securityHeaders);
    next(refuseHost(request, isServed));
  });
  if (requestLines) {
    app.addHook('onResponse', (request, reply, next) => {
      requestLines.ended(request, reply);
      next();
    });
  }
  registerErrorAnswers(app, served);
  if (corsOrigins.length > 0) {
    const isAllowed = createOriginCheck(corsOrigins);
    await app.register(cors, {
      // An empty list: the preflight is answered, and lets nobody in.
      origin: (origin, answer) => answer(null, isAllowed(origin) && origin !== undefined ? origin : []),
      methods: [...corsMethods],
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });
  }
  return { app, drain: createDrain(app.server, pipelining.endAll) };
}

/** Answers hold one viewer's data: no intermediate cache may store them, unless a route sets its own header. */
function setCommonHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  securityHeaders: Readonly<Record<string, string>>,
): void {
  reply.header('x-request-id', request.id).header('cache-control', noStore).headers(securityHeaders);
}

/** Node's own answer to an unknown `Expect` has no body. */
function refuseExpectations(
  app: FastifyInstance,
  lineLimit: LineLimit,
  errorsAnswered: (code: unknown) => void,
): void {
  app.server.on('checkExpectation', (_request, response) => {
    errorsAnswered('BAD_REQUEST');
    const message = 'The header Expect is not supported: remove it.';
    lineLimit.write(message, () => app.log.info({ status: 417, reason: message }, 'refused'));
    response.statusCode = 417;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('cache-control', noStore);
    response.setHeader('connection', 'close');
    response.end(JSON.stringify(refusal('BAD_REQUEST', message)));
  });
}
