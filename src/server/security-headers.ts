/**
 * Headers of every answer. The API serves data: a page made from an answer may load nothing and may not be framed.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * The same with `Strict-Transport-Security` of `hstsMaxAgeS` seconds, where that is not 0. Off by default: for the whole
 * host it would rule out plain http, which only its operator can decide.
 */
export const securityHeadersWith = (hstsMaxAgeS: number): Readonly<Record<string, string>> =>
  hstsMaxAgeS === 0
    ? securityHeaders
    : { ...securityHeaders, 'strict-transport-security': `max-age=${hstsMaxAgeS}` };
