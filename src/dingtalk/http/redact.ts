import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';

/**
 * The same error with every secret struck from what DingTalk wrote: its messages may quote the request, as it
 * was meant or as it went over the wire.
 */
export function redact(error: unknown, secrets: readonly string[]): unknown {
  // What was never sent quotes nothing of it.
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
