import type { FastifyReply } from 'fastify';
import type { PublicCode } from '../../errors/codes.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { isPublicError } from '../../errors/public-error.ts';
import { toPublicFailure } from '../../errors/public-failure.ts';

/** The status for a code of a failed call to DingTalk. */
const statuses: Partial<Record<PublicCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CROSS_ORGANIZATION_FORBIDDEN: 403,
  RATE_LIMITED: 429,
  UPSTREAM_MALFORMED_RESPONSE: 502,
  UPSTREAM_TIMEOUT: 504,
};
const otherStatus = 503;
const statusOf = (code: PublicCode): number => statuses[code] ?? otherStatus;

interface PublicAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Answers with an error in GraphQL's form. @throws an error that is not written for the client. */
export function sendSessionError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, message, extensions } = answerOf(error);
  return reply
    .code(status)
    .headers(headers)
    .send({ errors: [{ message, extensions }] });
}

function answerOf(error: unknown): PublicAnswer {
  if (error instanceof DingTalkError) {
    const { message, extensions } = toPublicFailure(error);
    const { code, retryAfterMs } = extensions;
    const status = statusOf(code);
    return { status, headers: headersFor(status, retryAfterMs), message, extensions };
  }
  if (!isPublicError(error)) throw error;
  const { http, ...extensions } = error.extensions as Extensions;
  const { code, retryAfterMs } = extensions;
  const { status = statusOf(code), headers = new Map<string, string>() } = http ?? {};
  const own = headersFor(status, typeof retryAfterMs === 'number' ? retryAfterMs : undefined);
  return { status, headers: { ...own, ...Object.fromEntries(headers) }, message: error.message, extensions };
}

type Extensions = Record<string, unknown> & { readonly code: PublicCode; readonly http?: Http };

interface Http {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

const headersFor = (status: number, retryAfterMs: number | undefined): Record<string, string> => ({
  ...(status === 401 && { 'www-authenticate': 'Bearer' }),
  ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
});
