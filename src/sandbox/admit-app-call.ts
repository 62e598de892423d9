import { accessTokenOf } from './access-token-header.ts';
import type { AccessTokens, Grant } from './access-tokens.ts';
import { errorAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SandboxCall } from './sandbox-call.ts';

/** What decides whether an app's call is served at all. */
export interface AdmissionDeps {
  readonly tokens: AccessTokens;
  readonly takeCall: RateLimit;
}

/** Who calls, on whose behalf; or the answer that refuses the call, whatever it asks for. */
export type Admission = { readonly grant: Grant; readonly unionId: string } | { readonly refusal: Answer };

/** Checks token, rate and operator, in that order, as every API does that an app calls for somebody. */
export function admitAppCall(call: SandboxCall, { tokens, takeCall }: AdmissionDeps): Admission {
  const token = accessTokenOf(call);
  if (token === undefined) {
    return { refusal: errorAnswer('AuthenticationFailed.MissingParameter') };
  }
  const grant = tokens.grantOf(token);
  if (grant === undefined) {
    return { refusal: errorAnswer('InvalidAuthentication') };
  }
  if (!takeCall(`${grant.app} ${call.api}`)) {
    return { refusal: errorAnswer('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi') };
  }
  const unionId = call.query['unionId'];
  if (unionId === undefined || unionId === '') {
    return { refusal: errorAnswer('paramError') };
  }
  return { grant, unionId };
}
