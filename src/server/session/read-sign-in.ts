import { isAbsent, isCorpId } from '../../domain/identifiers.ts';
import { publicError, type PublicError } from '../../errors/public-error.ts';
import type { SignIn } from '../../identity/sessions/sessions.ts';

/** DingTalk's codes are letters and digits; anything that could be more than a code is not passed on. */
const possibleCode = /^[\w.~+/=-]{1,512}$/;

/** The body of `POST /session`. @throws `BAD_USER_INPUT` (400) that names what is wrong. */
export function readSignIn(body: unknown): Omit<SignIn, 'address'> {
  const { authCode, oauthCode, corpId } = propertiesOf(body);
  if ((authCode === undefined) === (oauthCode === undefined))
    throw badInput('Send a JSON object with either authCode or oauthCode.');
  const kind = authCode === undefined ? 'oauthCode' : 'authCode';
  const code = authCode ?? oauthCode;
  if (typeof code !== 'string' || !possibleCode.test(code))
    throw badInput(`Send the code that DingTalk gave you, as a text, in ${kind}.`, kind);
  if (isAbsent(corpId)) return { kind, code, corpId: undefined };
  if (!isCorpId(corpId)) throw badInput('Send a corpId as a text, or none.', 'corpId');
  return { kind, code, corpId };
}

function propertiesOf(body: unknown): Partial<Record<'authCode' | 'oauthCode' | 'corpId', unknown>> {
  return typeof body === 'object' && body !== null ? body : {};
}

const badInput = (message: string, argument?: string): PublicError =>
  publicError('BAD_USER_INPUT', message, { httpStatus: 400, ...(argument !== undefined && { argument }) });
