import type { FastifyReply } from 'fastify';
import type { PublicCode } from '../errors/codes.ts';

/** A request that is refused before GraphQL. The message is written for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';

  constructor(
    readonly statusCode: number,
    message: string,
    /** Headers of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The body of a refusal outside GraphQL, in GraphQL's form: clients parse one shape only. */
export const refusal = (code: string, message: string): object => ({
  errors: [{ message, extensions: { code, retryable: false } }],
});

const overloadedWaitMs = 1000;

/** Answers a request that arrives while the gateway is overloaded. */
export function overloaded(reply: FastifyReply): FastifyReply {
  const code: PublicCode = 'GATEWAY_OVERLOADED';
  const message = 'The gateway is overloaded: wait retryAfterMs and try again.';
  const extensions = { code, retryable: true, retryAfterMs: overloadedWaitMs };
  return reply
    .code(503)
    .header('retry-after', String(overloadedWaitMs / 1000))
    .send({ errors: [{ message, extensions }] });
}

/** Answers an operation whose answer is longer than `limit`. */
export function tooLong(reply: FastifyReply, bytes: number, limit: number): FastifyReply {
  const code: PublicCode = 'QUERY_TOO_COMPLEX';
  return reply
    .code(400)
    .send(
      refusal(code, `The answer has ${bytes} bytes and the limit is ${limit}: select less data at once.`),
    );
}
