import type { FastifyError, FastifyInstance } from 'fastify';

/** Refusals before GraphQL begins, told in GraphQL's form all the same: clients parse one shape only. */
export function registerErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      request.log.error({ err: error }, 'unforeseen error, masked from the client');
      return reply
        .code(500)
        .send(answer('INTERNAL_SERVER_ERROR', 'Something went wrong in the gateway: try again.'));
    }
    return reply
      .code(status)
      .send(answer('BAD_REQUEST', remedies[error.code] ?? 'The request cannot be read.'));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply
      .code(404)
      .send(answer('NOT_FOUND', 'There is nothing here: GraphQL is spoken at /graphql, by GET and POST.')),
  );
}

const remedies: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is longer than 256 kB: send less at once.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported: send application/json.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send a JSON object with a query.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The content-length does not match the body.',
};

const answer = (code: string, message: string): object => ({
  errors: [{ message, extensions: { code, retryable: false } }],
});
