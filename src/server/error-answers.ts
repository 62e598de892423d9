import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { logOf } from './request-log.ts';
import { refusal, RefusedRequestError } from './refusal.ts';

/** Refusals before GraphQL begins. */
export function registerErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    const allowed = (['GET', 'HEAD', 'POST'] as const).filter((method) =>
      app.hasRoute({ method, url: path }),
    );
    if (allowed.length === 0) {
      return reply
        .code(404)
        .send(refusal('NOT_FOUND', 'There is nothing here: GraphQL is spoken at /graphql, by GET and POST.'));
    }
    const allow = allowed.join(', ');
    return reply
      .code(405)
      .header('allow', allow)
      .send(refusal('METHOD_NOT_ALLOWED', `This method is not known here: use ${allow}.`));
  });
}

/** Tells a refusal in the gateway's own words, and masks what nobody foresaw. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) {
    logOf(request).error({ err: error }, 'unforeseen error, masked from the client');
    return reply
      .code(500)
      .send(refusal('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway: try again.'));
  }
  const message = error instanceof RefusedRequestError ? error.message : remedies[error.code];
  return reply.code(status).send(refusal('BAD_REQUEST', message ?? 'The request cannot be read.'));
}

const remedies: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not a valid URL path: GraphQL is spoken at /graphql.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send a JSON object with a query.',
  FST_ERR_CTP_INVALID_JSON_BODY:
    'The body is not valid JSON, or holds a name that is not allowed (__proto__, constructor.prototype).',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too long: send less at once.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported: send application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The content-length does not match the body.',
};
