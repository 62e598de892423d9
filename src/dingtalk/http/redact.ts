import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';

/**
 * The same error with every secret removed from DingTalk's texts: they may quote the request, as plain text, URL-encoded
 * or as JSON.
 */
export function redact<Thrown>(error: Thrown, secrets: readonly string[]): Thrown | DingTalkError {
  // A call that was not sent has no text of DingTalk.
  if (!(error instanceof DingTalkError) || error instanceof NotSentError) return error;
  const forms = secrets.flatMap((secret) =>
    secret === '' ? [] : [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
  );
  const strike = (text: string): string =>
    forms.reduce((left, form) => left.replaceAll(form, '[redacted]'), text);
  const { code, documented, requestId, reason, requiredScopes } = error.details;
  return new DingTalkError(error.kind, {
    ...error.details,
    // A documented code stays, even where a secret is part of it.
    code: code && (documented ? code : strike(code)),
    requestId: requestId && strike(requestId),
    reason: reason && strike(reason),
    requiredScopes: requiredScopes?.map(strike),
  });
}
