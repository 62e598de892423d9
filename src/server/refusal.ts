import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { PublicCode } from '../errors/codes.ts';
import type { ExceededLimit } from '../errors/public-error.ts';
import { RefusedCredentialsError } from '../errors/refused-credentials-error.ts';
import { graphqlResponse } from './media-types.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request got no data, for its log line. */
    refused?: Refused;
  }
}

export interface Refused {
  readonly code: string;
  /** Of the gateway's own words: nothing of the request, no part of a credential. */
  readonly reason: string;
}

interface RefusalDetails {
  readonly headers?: Readonly<Record<string, string>>;
  readonly exceeded?: ExceededLimit;
}

/** A request that is refused before GraphQL. The message is written for the client. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';

  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly exceeded: ExceededLimit | undefined;

  constructor(
    readonly statusCode: number,
    message: string,
    { headers = {}, exceeded }: RefusalDetails = {},
  ) {
    super(message);
    this.headers = headers;
    this.exceeded = exceeded;
  }
}

/** The body of a refusal outside GraphQL, in GraphQL's form: clients parse one shape only. */
export const refusal = (code: string, message: string, exceeded?: ExceededLimit): object => ({
  errors: [{ message, extensions: { code, retryable: false, ...exceeded } }],
});

/** Answers with {@link refusal}, and keeps the reason for the log. The first reason of a request stays. */
export function sendRefusal(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  exceeded?: ExceededLimit,
): FastifyReply {
  reply.request.refused ??= { code, reason: message };
  if (isForGraphQL(reply.request)) reply.type(graphqlResponse);
  return reply.code(status).send(refusal(code, message, exceeded));
}

/** By its route, however the path is written; a method that is not served has none. */
const isForGraphQL = ({ routeOptions, url }: FastifyRequest): boolean =>
  routeOptions.url === '/graphql' || /^\/graphql(?:\?|$)/.test(url);

const overloadedWaitMs = 1000;

/** Answers a request that arrives while the gateway is overloaded; `exceeded` where a variable says what that is. */
export function overloaded(reply: FastifyReply, exceeded?: ExceededLimit): FastifyReply {
  const code: PublicCode = 'GATEWAY_OVERLOADED';
  const message = 'The gateway is overloaded: wait retryAfterMs and try again.';
  const extensions = { code, retryable: true, retryAfterMs: overloadedWaitMs, ...exceeded };
  reply.request.refused ??= { code, reason: 'the gateway is overloaded' };
  return reply
    .code(503)
    .type(graphqlResponse)
    .header('retry-after', String(overloadedWaitMs / 1000))
    .send({ errors: [{ message, extensions }] });
}

/** Answers an operation whose answer is longer than `limit`. */
export function tooLong(reply: FastifyReply, bytes: number, limit: number): FastifyReply {
  const code: PublicCode = 'QUERY_TOO_COMPLEX';
  reply.request.refused ??= { code, reason: `the answer is longer than ${limit} bytes` };
  return sendRefusal(
    reply,
    422,
    code,
    `The answer has ${bytes} bytes and the limit is ${limit}: select less data at once.`,
    { limit, asked: bytes, variable: 'MAX_ANSWER_BYTES' },
  );
}

/** The refusal by an error of authentication: its own words for the log, if there are any, or those for the client. */
export function refusedBy(error: unknown): Refused {
  if (!(error instanceof GraphQLError)) return { code: 'INTERNAL_SERVER_ERROR', reason: 'unforeseen' };
  const { originalError: cause, message, extensions } = error;
  return {
    code: String(extensions['code']),
    reason: cause instanceof RefusedCredentialsError ? cause.message : message,
  };
}

/** Why a request without data was refused. */
export function refusalIn(errors: readonly GraphQLFormattedError[]): Refused {
  const [{ message, extensions } = { message: '' }] = errors;
  const code = String(extensions?.['code']);
  // Apollo Server's sentences about the form of a request are fixed. Those about a document quote it.
  return { code, reason: code === 'BAD_REQUEST' ? firstSentence(message) : code };
}

const firstSentence = (text: string): string => text.split('. ', 1)[0]?.slice(0, 200) ?? '';
