import { tokenApi } from '../../domain/observer.ts';

/**
 * Whether DingTalk counts a call that ended so against the monthly quota. Calls for tokens are free, and refusals for
 * the pace are not counted, as its documentation says; what never got an answer of DingTalk's own is taken for not
 * counted. All else is, so that the count errs on the safe side.
 */
export const isCounted = (api: string, code: string): boolean =>
  api !== tokenApi && !passing.has(code) && !code.startsWith(qpsRefusal);

const passing = new Set(['rate-limited', 'ip-banned', 'unavailable']);
const qpsRefusal = 'Forbidden.AccessDenied.QpsLimit';
