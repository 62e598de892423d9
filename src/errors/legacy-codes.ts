import type { CatalogueEntry } from './documented-codes.ts';

/**
 * The codes of DingTalk's legacy host that mean the same for every API: its `errcode` as text or, where that is 88, its
 * `sub_code`.
 *
 * @see https://open.dingtalk.com/document/orgapp/server-api-error-codes-1
 */
export const legacyCodes: Readonly<Record<string, CatalogueEntry>> = {
  '-1': { kind: 'unavailable' },
  '40001': { kind: 'stale-token' },
  '40014': { kind: 'stale-token' },
  '42001': { kind: 'stale-token' },
  '88': { kind: 'misconfigured' },
  '50002': { kind: 'forbidden' },
  '60011': { kind: 'misconfigured' },
  '60020': { kind: 'misconfigured' },
  '90002': { kind: 'rate-limited', retryAfterMs: 1000 },
  '90018': { kind: 'rate-limited', retryAfterMs: 1000 },
  '90020': { kind: 'quota-exhausted' },
};

/** The application lacks the permission of the call. */
export const noPermission = '60011';
