import type { AccessTokens } from './access-tokens.ts';
import { errorAnswer, successAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { bodyField } from './body-field.ts';
import { sandboxCorpIds, sandboxCredentials } from './credentials.ts';
import type { SandboxCall } from './sandbox-call.ts';

const { appKey, appSecret, suiteKey, suiteSecret, suiteTicket } = sandboxCredentials;
const clientSecrets = new Map<string, string>([
  [appKey, appSecret],
  [suiteKey, suiteSecret],
]);

/** `POST /v1.0/oauth2/accessToken`: the token of the internal app. */
export function answerAccessToken({ body }: SandboxCall, tokens: AccessTokens): Answer {
  if (bodyField(body, 'appKey') !== appKey || bodyField(body, 'appSecret') !== appSecret) {
    return errorAnswer('invalidClientIdOrSecret');
  }
  const grant = { endpoint: 'accessToken', app: appKey, corpId: sandboxCredentials.corpId } as const;
  const { token, expiresInSeconds } = tokens.issue(grant);
  return successAnswer({ accessToken: token, expireIn: expiresInSeconds });
}

/** `POST /v1.0/oauth2/{corpId}/token`: the token of either app in one organization, in snake_case. */
export function answerCorpToken({ body, path }: SandboxCall, tokens: AccessTokens): Answer {
  const clientId = bodyField(body, 'client_id');
  const clientSecret = bodyField(body, 'client_secret');
  if (clientId === undefined || clientSecret === undefined || clientSecrets.get(clientId) !== clientSecret) {
    return errorAnswer('invalid.client');
  }
  if (bodyField(body, 'grant_type') !== 'client_credentials') {
    return errorAnswer('unsupported.grant.type');
  }
  const corpId = decodeURIComponent(path.split('/')[3] ?? '');
  if (!sandboxCorpIds.includes(corpId)) {
    return errorAnswer('unauthorized.client');
  }
  const { token, expiresInSeconds } = tokens.issue({ endpoint: 'corpToken', app: clientId, corpId });
  return successAnswer({ access_token: token, expires_in: expiresInSeconds });
}

/** `POST /v1.0/oauth2/corpAccessToken`: the token of the third-party app in one organization. */
export function answerCorpAccessToken({ body }: SandboxCall, tokens: AccessTokens): Answer {
  if (bodyField(body, 'suiteKey') !== suiteKey || bodyField(body, 'suiteSecret') !== suiteSecret) {
    return errorAnswer('invalidSuiteKey');
  }
  if (bodyField(body, 'suiteTicket') !== suiteTicket) {
    return errorAnswer('invalidSuiteTicket');
  }
  const corpId = bodyField(body, 'authCorpId');
  if (corpId === undefined || !sandboxCorpIds.includes(corpId)) {
    return errorAnswer('invalidAuthInfo');
  }
  const { token, expiresInSeconds } = tokens.issue({ endpoint: 'corpAccessToken', app: suiteKey, corpId });
  return successAnswer({ accessToken: token, expireIn: expiresInSeconds });
}
