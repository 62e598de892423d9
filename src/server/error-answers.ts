import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExceededLimit } from '../errors/public-error.ts';
import { logOf } from './request-log.ts';
import { RefusedRequestError, sendRefusal } from './refusal.ts';

/** Answers requests that do not reach GraphQL. `served` says where to go instead. */
export function registerErrorAnswers(app: FastifyInstance, served: string): void {
  function answerUnserved(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const [path = ''] = request.url.split('?', 1);
    const allowed = (['GET', 'HEAD', 'POST', 'DELETE'] as const).filter((method) =>
      app.hasRoute({ method, url: path }),
    );
    if (allowed.length === 0) {
      return sendRefusal(reply, 404, 'NOT_FOUND', `Not found. ${served}`);
    }
    const allow = allowed.join(', ');
    return sendRefusal(
      reply.header('allow', allow),
      405,
      'METHOD_NOT_ALLOWED',
      `Method not allowed. Use ${allow}.`,
    );
  }

  app.setNotFoundHandler(async (request, reply) => answerUnserved(request, reply));
  // A body that cannot be read does not matter where it would not be.
  app.setErrorHandler(async (error: FastifyError, request, reply) =>
    request.is404 && error.code?.startsWith('FST_ERR_')
      ? answerUnserved(request, reply)
      : answerError(error, request, reply),
  );
}

/** Answers a refused request with its remedy, and masks unforeseen errors. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    logOf(request).error({ err: error }, 'unforeseen error, masked from the client');
    return sendRefusal(reply, 500, 'INTERNAL_SERVER_ERROR', 'Internal error of the gateway: try again.');
  }
  if (error instanceof RefusedRequestError) {
    return sendRefusal(reply.headers(error.headers), status, 'BAD_REQUEST', error.message, error.exceeded);
  }
  const message = remedies[error.code] ?? 'The request cannot be read.';
  const exceeded = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? tooLongBody(request) : undefined;
  return sendRefusal(reply, status, 'BAD_REQUEST', message, exceeded);
}

/** A body without a length is read up to the limit. One of the route itself is fixed. */
function tooLongBody({ server, headers, routeOptions }: FastifyRequest): ExceededLimit {
  const { bodyLimit: configured = 0 } = server.initialConfig;
  const limit = routeOptions.bodyLimit ?? configured;
  const asked = Number(headers['content-length'] ?? limit + 1);
  return { limit, asked, variable: limit === configured ? 'MAX_BODY_BYTES' : undefined };
}

const remedies: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not valid. The GraphQL endpoint is /graphql.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send a JSON object with a query.',
  FST_ERR_CTP_INVALID_JSON_BODY:
    'The body is not valid JSON, or contains a forbidden name (__proto__, constructor.prototype).',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too long: send less at once.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported: send application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The content-length does not match the body.',
};
