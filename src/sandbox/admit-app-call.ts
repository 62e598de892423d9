import type { Grant } from './access-tokens.ts';
import { errorAnswer, type Answer } from './answer.ts';
import type { SandboxState } from './sandbox-route.ts';
import { accessTokenOf, type SandboxCall } from './sandbox-call.ts';

/** The app that calls and its operator, or the answer that refuses the call. */
export type Admission = { readonly grant: Grant; readonly unionId: string } | { readonly refusal: Answer };

/** Checks token, rate limit and operator, in DingTalk's order. For every API that an app calls for an operator. */
export function admitAppCall(call: SandboxCall, { tokens, takeCall }: SandboxState): Admission {
  const token = accessTokenOf(call);
  if (token === undefined) return { refusal: errorAnswer('AuthenticationFailed.MissingParameter') };
  const grant = tokens.grantOf(token);
  if (grant === undefined) return { refusal: errorAnswer('InvalidAuthentication') };
  if (!takeCall(`${grant.app} ${call.api}`)) {
    return { refusal: errorAnswer('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi') };
  }
  const unionId = call.query['unionId'];
  if (unionId === undefined || unionId === '') return { refusal: errorAnswer('paramError') };
  return { grant, unionId };
}
