/**
 * Whether DingTalk counts a call that ended so against the monthly quota. Refusals for the pace are not counted, as
 * its documentation says; what never got an answer of DingTalk's own is taken for not counted. All else is, so that
 * the count errs on the safe side.
 */
export const isCounted = (code: string): boolean =>
  !(code === 'rate-limited' || code === 'ip-banned' || code === 'unavailable' || code.startsWith(qpsRefusal));

const qpsRefusal = 'Forbidden.AccessDenied.QpsLimit';
