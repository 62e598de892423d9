import { errorAnswer, successAnswer, type Answer } from './answer.ts';
import { sandboxCorpIds, sandboxCredentials } from './credentials.ts';
import type { RoutedCall, SandboxState } from './sandbox-route.ts';
import { bodyField } from './sandbox-call.ts';

const { appKey, suiteKey, suiteTicket } = sandboxCredentials;

/** `POST /v1.0/oauth2/accessToken`: the token of the internal app. */
export function answerAccessToken({ call }: RoutedCall, { tokens, isSecretOf }: SandboxState): Answer {
  if (bodyField(call, 'appKey') !== appKey || !isSecretOf(appKey, bodyField(call, 'appSecret'))) {
    return errorAnswer('invalidClientIdOrSecret');
  }
  const grant = { endpoint: 'accessToken', app: appKey, corpId: sandboxCredentials.corpId } as const;
  const { token, expiresInSeconds } = tokens.issue(grant);
  return successAnswer({ accessToken: token, expireIn: expiresInSeconds });
}

/** `POST /v1.0/oauth2/{corpId}/token`: the token of either app in one organization, in snake_case. */
export function answerCorpToken({ call, params }: RoutedCall, { tokens, isSecretOf }: SandboxState): Answer {
  const clientId = bodyField(call, 'client_id');
  if (clientId === undefined || !isSecretOf(clientId, bodyField(call, 'client_secret'))) {
    return errorAnswer('invalid.client');
  }
  if (bodyField(call, 'grant_type') !== 'client_credentials') return errorAnswer('unsupported.grant.type');
  const { corpId = '' } = params;
  if (!sandboxCorpIds.includes(corpId)) return errorAnswer('unauthorized.client');
  const { token, expiresInSeconds } = tokens.issue({ endpoint: 'corpToken', app: clientId, corpId });
  return successAnswer({ access_token: token, expires_in: expiresInSeconds });
}

/** `POST /v1.0/oauth2/corpAccessToken`: the token of the third-party app in one organization. */
export function answerCorpAccessToken({ call }: RoutedCall, { tokens, isSecretOf }: SandboxState): Answer {
  if (bodyField(call, 'suiteKey') !== suiteKey || !isSecretOf(suiteKey, bodyField(call, 'suiteSecret'))) {
    return errorAnswer('invalidSuiteKey');
  }
  if (bodyField(call, 'suiteTicket') !== suiteTicket) return errorAnswer('invalidSuiteTicket');
  const corpId = bodyField(call, 'authCorpId');
  if (corpId === undefined || !sandboxCorpIds.includes(corpId)) return errorAnswer('invalidAuthInfo');
  const { token, expiresInSeconds } = tokens.issue({ endpoint: 'corpAccessToken', app: suiteKey, corpId });
  return successAnswer({ accessToken: token, expireIn: expiresInSeconds });
}
