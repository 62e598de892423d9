import { secretVariable, variable } from './variable.ts';
import {
  apiKeys,
  jwksUrl,
  oneOf,
  publicKeyPems,
  secretPair,
  sessionKeys,
  text,
  unionId,
  wholeNumber,
} from '../variable-schemas.ts';

/** Authentication: where the operator of a request comes from. */
export const viewerVariables = {
  VIEWER_AUTH: variable(
    oneOf('fixed', 'jwt', 'dingtalk', 'session', 'router'),
    '`fixed` in sandbox; required in live',
    "where the operator's unionId comes from",
  ),
  DINGTALK_OPERATOR_UNION_ID: secretVariable(unionId, '–', '`fixed`: every request acts as this operator'),
  VIEWER_JWKS_URL: variable(jwksUrl, '–', '`jwt`: where the issuer publishes its keys'),
  VIEWER_JWT_PUBLIC_KEY: secretVariable(
    publicKeyPems,
    '–',
    '`jwt`: public keys (PEM) in place of `VIEWER_JWKS_URL`',
  ),
  VIEWER_JWT_ISSUER: variable(text, '–', '`jwt`: required `iss`'),
  VIEWER_JWT_AUDIENCE: variable(text, '–', '`jwt`: required `aud`'),
  VIEWER_UNION_ID_CLAIM: variable(text, '`unionId`', "`jwt`: the claim that holds the operator's unionId"),
  VIEWER_CORP_ID_CLAIM: variable(text, '`corpId`', "`jwt`: the claim that holds the operator's corpId"),
  GATEWAY_API_KEYS: secretVariable(
    apiKeys,
    '–',
    '`fixed`: comma-separated `name=key` or keys, as `x-api-key`',
  ),
  ALLOW_ANONYMOUS: variable(
    oneOf('0', '1'),
    '`0`',
    '`fixed` without keys: `1` lets every client act as the operator',
  ),
  ROUTER_SECRET: secretVariable(
    secretPair,
    '–',
    '`router`: the value of `x-router-secret` that proves it, or two',
  ),
  APOLLO_INLINE_TRACE: variable(
    oneOf('0', '1'),
    '`0`',
    "`router`: `1` lets it ask for Apollo's inline trace",
  ),
  SESSION_KEY: secretVariable(
    sessionKeys,
    '–',
    '`session`: keys of 32 bytes or more, with commas; the first signs',
  ),
  SESSION_TTL_MS: variable(
    wholeNumber(60_000, 12 * 3_600_000),
    '`7200000`',
    '`session`: how long a token lives before it is renewed',
  ),
};
