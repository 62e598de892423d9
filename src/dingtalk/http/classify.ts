import * as z from 'zod';
import type { Refusals } from '../../domain/endpoint.ts';
import { DingTalkError, type DingTalkErrorDetails } from '../../errors/dingtalk-error.ts';
import type { DingTalkErrorKind } from '../../errors/kinds.ts';
import { commonCodes } from '../../errors/documented-codes.ts';
import { banMs, type Sent } from './ban-answer.ts';
import type { UpstreamAnswer } from './client.ts';

const text = z.string().optional().catch(undefined);
const accessDenied = z
  .object({ requiredScopes: z.array(z.string()) })
  .optional()
  .catch(undefined);

/** DingTalk's error body, in both of its casings, beside the legacy host's `errcode`. */
const errorBody = z.object({
  code: text,
  Code: text,
  message: text,
  Message: text,
  requestid: text,
  RequestId: text,
  accessdenieddetail: accessDenied,
  AccessDeniedDetail: accessDenied,
  errcode: z
    .union([z.number(), z.string().regex(/^-?\d{1,9}$/)])
    .optional()
    .catch(undefined),
  errmsg: text,
});

/**
 * The body of a successful answer to what was sent, checked against `schema`; everything else is thrown. A 200 is a
 * success only if its body is what the API page promises.
 *
 * @throws {DingTalkError} of the kind of DingTalk's code or, without one, of the status.
 */
export function readAnswer<T>(
  answer: UpstreamAnswer,
  sent: Sent,
  schema: z.ZodType<T>,
  refusals: Refusals = {},
): T {
  const json = parseJson(answer.body);
  if (answer.status === 200) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
  }
  throw classify(answer, json, banMs(answer, sent), refusals);
}

/** The error of an answer that is none of what was asked for. */
export function classify(
  answer: UpstreamAnswer,
  json: unknown,
  bannedMs: number | undefined,
  refusals: Refusals,
): DingTalkError {
  const { status, requestId } = answer;
  if (bannedMs !== undefined) {
    const reason = 'DingTalk has banned this IP';
    return new DingTalkError('ip-banned', { status, requestId, reason, retryAfterMs: bannedMs });
  }
  const body = errorBody.safeParse(json).data;
  if (!body) return withoutCode(answer);

  const code = body.code ?? body.Code;
  const said: DingTalkErrorDetails = {
    code: code ?? (body.errcode === undefined ? undefined : String(body.errcode)),
    status,
    requestId: body.requestid ?? body.RequestId ?? requestId,
    requiredScopes: (body.accessdenieddetail ?? body.AccessDeniedDetail)?.requiredScopes,
    reason: body.message ?? body.Message ?? body.errmsg,
  };
  if (code === undefined) return withoutCode(answer, said);

  return withCode(code, said, refusals, answer);
}

/**
 * The error of one item of a batch, which comes with HTTP 200 and a code of its own. The code means the same for the item
 * as it does with a status; the call succeeded, so that it is not attempted again.
 */
export const itemError = (code: string, refusals: Refusals): DingTalkError =>
  withCode(code, { code }, refusals, { status: 200, retryAfter: undefined });

export function withCode(
  code: string,
  said: DingTalkErrorDetails,
  refusals: Refusals,
  answer: Pick<UpstreamAnswer, 'status' | 'retryAfter'>,
  codes = commonCodes,
): DingTalkError {
  const refusal = own(refusals, code);
  const common = own(codes, code);
  const documented = refusal || common ? true : undefined;
  const kind = refusal?.kind ?? common?.kind ?? kindByStatus(answer.status);
  const retryAfterMs = waitMs(answer, kind, refusal?.retryAfterMs ?? common?.retryAfterMs);
  return new DingTalkError(kind, { ...said, documented, retryAfterMs, public: refusal });
}

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function withoutCode(answer: UpstreamAnswer, said?: DingTalkErrorDetails): DingTalkError {
  const { status, requestId } = answer;
  const details = { status, requestId, reason: 'the answer is not the documented JSON', ...said };
  if (status === 429) {
    return new DingTalkError('rate-limited', { ...details, retryAfterMs: waitMs(answer, 'rate-limited') });
  }
  return new DingTalkError(status >= 500 ? 'unavailable' : 'malformed-response', details);
}

/** For codes that DingTalk documents nowhere. A 200 that holds an unknown code breaks the page's promise. */
function kindByStatus(status: number): DingTalkErrorKind {
  switch (status) {
    case 200:
      return 'malformed-response';
    case 400:
      return 'bad-argument';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 429:
      return 'rate-limited';
    default:
      return 'unavailable';
  }
}

/** DingTalk documents no `Retry-After`; should one come (in seconds), it goes before our own guess. */
function waitMs(
  { retryAfter }: Pick<UpstreamAnswer, 'retryAfter'>,
  kind: DingTalkErrorKind,
  guessMs?: number,
): number | undefined {
  if (retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  return guessMs ?? (kind === 'rate-limited' ? 1000 : undefined);
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
