import type { DingTalkErrorKind } from './kinds.ts';

/** DingTalk documents no waiting times: one window of the limit that was hit. */
const aSecond = 1000;
const aMinute = 60_000;

export interface CatalogueEntry {
  readonly kind: DingTalkErrorKind;
  readonly retryAfterMs?: number;
}

/**
 * The documented codes that mean the same for every API. Only the code counts: the same code comes with several
 * statuses, and with messages in any language.
 *
 * @see https://open.dingtalk.com/document/orgapp/error-code
 */
export const commonCodes: Readonly<Record<string, CatalogueEntry>> = {
  paramError: { kind: 'bad-argument' },
  permissionDenied: { kind: 'forbidden' },
  acrossOrgAccessForbidden: { kind: 'cross-organization' },
  systemError: { kind: 'unavailable' },
  unknownError: { kind: 'unavailable' },
  InvalidAuthentication: { kind: 'stale-token' },
  'accesstoken.expired': { kind: 'stale-token' },
  'AuthenticationFailed.MissingParameter': { kind: 'misconfigured' },
  invalidClientIdOrSecret: { kind: 'misconfigured' },
  'invalid.client': { kind: 'misconfigured' },
  'unauthorized.client': { kind: 'misconfigured' },
  'Forbidden.AccessDenied.AccessTokenPermissionDenied': { kind: 'misconfigured' },
  apiPermissionDenied: { kind: 'misconfigured' },
  orgAuthLevelNotEnough: { kind: 'misconfigured' },
  'forbidden.accessDenied.realmControl': { kind: 'misconfigured' },
  'Forbidden.AccessDenied.IpNotInWhiteList': { kind: 'misconfigured' },
  'Forbidden.AccessDenied.QpsLimitForApi': { kind: 'rate-limited', retryAfterMs: aSecond },
  'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi': { kind: 'rate-limited', retryAfterMs: aSecond },
  'Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi': { kind: 'rate-limited', retryAfterMs: aSecond },
  'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi': { kind: 'rate-limited', retryAfterMs: aMinute },
  'Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi': { kind: 'rate-limited', retryAfterMs: aMinute },
  'Forbidden.AccessDenied.ApiCountLimitForOrg': { kind: 'quota-exhausted' },
  'system.busy': { kind: 'unavailable' },
  systemBusy: { kind: 'unavailable' },
  serviceBusy: { kind: 'unavailable' },
  'systemError.busy': { kind: 'unavailable' },
  operationTimeout: { kind: 'unavailable' },
};
