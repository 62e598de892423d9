import type { Grant } from './access-tokens.ts';
import { errorAnswer, type Answer } from './answer.ts';
import { sandboxCredentials } from './credentials.ts';
import type { RoutedCall, SandboxState } from './sandbox-route.ts';
import { accessTokenOf } from './sandbox-call.ts';

/** The app that calls and its operator (empty where the API takes none), or the answer that refuses the call. */
export type Admission = { readonly grant: Grant; readonly unionId: string } | { readonly refusal: Answer };

/** Checks token, rate limit and operator, in DingTalk's order. For every API that an app calls. */
export function admitAppCall({ call, operator }: RoutedCall, { tokens, takeCall }: SandboxState): Admission {
  const token = accessTokenOf(call);
  if (token === undefined) return { refusal: errorAnswer('AuthenticationFailed.MissingParameter') };
  const grant = tokens.grantOf(token);
  if (grant === undefined) return { refusal: errorAnswer('InvalidAuthentication') };
  const isSuite = grant.app === sandboxCredentials.suiteKey;
  if (!takeCall(isSuite ? `${grant.app} ${grant.corpId} ${call.api}` : `${grant.app} ${call.api}`)) {
    const scope = isSuite ? 'SuitekeyAndOrgAndApi' : 'AppkeyAndApi';
    return { refusal: errorAnswer(`Forbidden.AccessDenied.QpsLimitFor${scope}`) };
  }
  if (operator === undefined) return { grant, unionId: '' };
  const unionId = call.query[operator];
  if (unionId === undefined || unionId === '') return { refusal: errorAnswer('paramError') };
  return { grant, unionId };
}
