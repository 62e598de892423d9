import * as z from 'zod';
import type { Refusals } from '../../domain/endpoint.ts';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import { legacyCodes, noPermission } from '../../errors/legacy-codes.ts';
import { banMs, type Sent } from './ban-answer.ts';
import { classify, parseJson, withCode } from './classify.ts';
import type { UpstreamAnswer } from './client.ts';

const text = z.string().optional().catch(undefined);
/** A number, or a number in quotes: the host answers with both. */
const code = z.union([z.int(), z.string().regex(/^-?\d{1,9}$/)]).transform(String);

const legacyBody = z.object({
  errcode: code,
  errmsg: text,
  sub_code: code.optional().catch(undefined),
  sub_msg: text,
  request_id: text,
  result: z.unknown().optional(),
});
type LegacyBody = z.output<typeof legacyBody>;

const ok = '0';
/** The reason is in `sub_code`. */
const seeSubCode = '88';

/**
 * The `result` of a successful answer of the legacy host, checked against `schema`. It answers 200 in any case, and says in
 * `errcode` what came of the call.
 *
 * @throws {DingTalkError} of the kind of its code or, without one, of the status.
 */
export function readLegacyAnswer<T>(
  answer: UpstreamAnswer,
  sent: Sent,
  schema: z.ZodType<T>,
  scope: string,
  refusals: Refusals = {},
): T {
  const json = parseJson(answer.body);
  const { data: body } = legacyBody.safeParse(json);
  if (answer.status !== 200 || !body) throw classify(answer, json, banMs(answer, sent), refusals);
  if (body.errcode !== ok) throw refusalBy(body, answer, scope, refusals);
  const parsed = schema.safeParse(body.result);
  if (parsed.success) return parsed.data;
  const { status } = answer;
  const reason = 'the result is not the documented one';
  throw new DingTalkError('malformed-response', { status, requestId: body.request_id, reason });
}

function refusalBy(
  { errcode, errmsg, sub_code: subCode, sub_msg: subMessage, request_id: requestId }: LegacyBody,
  answer: UpstreamAnswer,
  scope: string,
  refusals: Refusals,
): DingTalkError {
  const code = errcode === seeSubCode ? (subCode ?? errcode) : errcode;
  const said = {
    code,
    status: answer.status,
    requestId,
    reason: subMessage ?? errmsg,
    // The host names it within a sentence only.
    ...(code === noPermission && { requiredScopes: [scope] }),
  };
  return withCode(code, said, refusals, answer, legacyCodes);
}
