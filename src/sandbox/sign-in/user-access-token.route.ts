import { errorAnswer, successAnswer, type Answer } from '../answer.ts';
import { sandboxCredentials } from '../credentials.ts';
import { bodyField } from '../sandbox-call.ts';
import type { RoutedCall, SandboxState } from '../sandbox-route.ts';
import { personOfCode } from './person-of-code.ts';

const lifeSeconds = 7200;

/** `POST /v1.0/oauth2/userAccessToken`: the token of the person who has signed in at the login page. */
export function answerUserAccessToken({ call }: RoutedCall, state: SandboxState): Answer {
  const clientId = bodyField(call, 'clientId');
  if (clientId === undefined || !state.isSecretOf(clientId, bodyField(call, 'clientSecret'))) {
    return errorAnswer('invalidClientIdOrSecret');
  }
  if (bodyField(call, 'grantType') !== 'authorization_code') return errorAnswer('unsupported.grant.type');
  const person = personOfCode('oauth', bodyField(call, 'code'), state);
  if (!person) return errorAnswer('invalidParameter.authCode.notFound');
  const { accessToken } = person;
  const refreshToken = `${accessToken}-refresh`;
  return successAnswer({
    accessToken,
    refreshToken,
    expireIn: lifeSeconds,
    corpId: sandboxCredentials.corpId,
  });
}
