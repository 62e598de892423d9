import * as z from 'zod';
import { DingTalkError, type DingTalkErrorDetails, type DingTalkErrorKind } from './dingtalk-error.ts';
import { errorCatalogue } from './error-catalogue.ts';
import type { UpstreamAnswer } from './client.ts';

const text = z.string().optional().catch(undefined);
const accessDenied = z
  .object({ requiredScopes: z.array(z.string()) })
  .optional()
  .catch(undefined);

/** DingTalk's error body, in both of its casings, beside the legacy host's `errcode` and the IP ban's `punish`. */
const errorBody = z.object({
  code: text,
  Code: text,
  message: text,
  Message: text,
  requestid: text,
  RequestId: text,
  accessdenieddetail: accessDenied,
  AccessDeniedDetail: accessDenied,
  errcode: z.number().optional().catch(undefined),
  errmsg: text,
  punish: text,
  wait: z.number().optional().catch(undefined),
});

/** The documented length of an IP ban, where the page does not say how long to wait. */
const ipBanMs = 5 * 60_000;

/**
 * The body of a successful answer, checked against `schema`; everything else is thrown. A 200 is a
 * success only if its body is what the API page promises.
 *
 * @throws {DingTalkError} of the kind that DingTalk's code or, for want of one, the status says.
 */
export function readAnswer<T>(answer: UpstreamAnswer, schema: z.ZodType<T>): T {
  const json = parseJson(answer.body);
  if (answer.status === 200) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
  }
  throw classify(answer, json);
}

/** How long DingTalk bans this IP, if that is what the answer says. */
export function banMs(answer: UpstreamAnswer): number | undefined {
  // Nearly all answers are none, and need not be parsed twice.
  if (!/punish|x5sec/i.test(answer.body)) return undefined;
  const { kind, details } = classify(answer, parseJson(answer.body));
  return kind === 'ip-banned' ? details.retryAfterMs : undefined;
}

function classify(answer: UpstreamAnswer, json: unknown): DingTalkError {
  const { status } = answer;
  const body = errorBody.safeParse(json).data;
  if (!body) return withoutCode(answer, isBanPage(answer.body));

  const code = body.code ?? body.Code;
  const said: DingTalkErrorDetails = {
    code: code ?? (body.errcode === undefined ? undefined : String(body.errcode)),
    status,
    requestId: body.requestid ?? body.RequestId ?? answer.requestId,
    requiredScopes: (body.accessdenieddetail ?? body.AccessDeniedDetail)?.requiredScopes,
    reason: body.message ?? body.Message ?? body.errmsg,
  };
  if (body.punish !== undefined) {
    const retryAfterMs = body.wait === undefined ? ipBanMs : Math.max(0, body.wait) * 1000;
    return new DingTalkError('ip-banned', { ...said, retryAfterMs, reason: 'DingTalk has banned this IP' });
  }
  if (code === undefined) return withoutCode(answer, false, said);

  const known = Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code] : undefined;
  const kind = known?.kind ?? kindByStatus(status);
  return new DingTalkError(kind, { ...said, retryAfterMs: waitMs(answer, kind, known?.retryAfterMs) });
}

function withoutCode(answer: UpstreamAnswer, banned: boolean, said?: DingTalkErrorDetails): DingTalkError {
  const { status, requestId } = answer;
  const details = { status, requestId, reason: 'the answer is not the documented JSON', ...said };
  if (banned) return new DingTalkError('ip-banned', { ...details, retryAfterMs: ipBanMs });
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
  { retryAfter }: UpstreamAnswer,
  kind: DingTalkErrorKind,
  guessMs?: number,
): number | undefined {
  if (retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  return guessMs ?? (kind === 'rate-limited' ? 1000 : undefined);
}

/** The ban's HTML page leads to Alibaba's `punish` service; a proxy's page does not. */
const isBanPage = (body: string): boolean => /^\s*</.test(body) && /\bpunish\b|x5sec/i.test(body);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
