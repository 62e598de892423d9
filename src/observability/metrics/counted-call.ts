import { tokenApi } from '../../domain/observer.ts';

/**
 * Whether DingTalk counts a call with this outcome against the monthly quota. By its documentation, token calls and
 * calls refused by a rate limit are free. Calls without an answer of DingTalk are assumed to be free. All others count,
 * so that the gateway's count is rather too high than too low.
 */
export const isCounted = (api: string, code: string): boolean =>
  api !== tokenApi && !passing.has(code) && !code.startsWith(qpsRefusal);

const passing = new Set(['rate-limited', 'ip-banned', 'unavailable']);
const qpsRefusal = 'Forbidden.AccessDenied.QpsLimit';
