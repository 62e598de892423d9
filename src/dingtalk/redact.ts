import { DingTalkError } from './dingtalk-error.ts';

/** The same error with every secret struck from what DingTalk wrote: its messages may quote the request. */
export function redact(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof DingTalkError)) return error;
  const strike = (text: string): string =>
    secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
  const { code, requestId, reason, requiredScopes } = error.details;
  return new DingTalkError(error.kind, {
    ...error.details,
    code: code && strike(code),
    requestId: requestId && strike(requestId),
    reason: reason && strike(reason),
    requiredScopes: requiredScopes?.map(strike),
  });
}
