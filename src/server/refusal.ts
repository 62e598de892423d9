import type { FastifyReply } from 'fastify';
import type { PublicCode } from '../errors/codes.ts';

/** A request that cannot be read. Its message is written for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The body of an answer that GraphQL has no part in, in GraphQL's form all the same: clients parse one shape only. */
export const refusal = (code: string, message: string): object => ({
  errors: [{ message, extensions: { code, retryable: false } }],
});

const overloadedWaitMs = 1000;

/** Answers a request that comes while too many others are under way. */
export function overloaded(reply: FastifyReply): FastifyReply {
  const code: PublicCode = 'GATEWAY_OVERLOADED';
  const message = 'The gateway is busy with other requests: wait retryAfterMs and try again.';
  const extensions = { code, retryable: true, retryAfterMs: overloadedWaitMs };
  return reply
    .code(503)
    .header('retry-after', String(overloadedWaitMs / 1000))
    .send({ errors: [{ message, extensions }] });
}

/** Answers an operation whose answer is longer than one may be. */
export function tooLong(reply: FastifyReply, bytes: number, limit: number): FastifyReply {
  const code: PublicCode = 'QUERY_TOO_COMPLEX';
  return reply
    .code(400)
    .send(refusal(code, `This answer has ${bytes} bytes, and one may have ${limit}: ask for less at once.`));
}
