import { DingTalkError, NotSentError } from '../../errors/dingtalk-error.ts';

/**
 * The same error with every secret removed from DingTalk's texts: they may quote the request, as plain text, URL-encoded
 * or as JSON.
 */
export function redact<Thrown>(error: Thrown, secrets: readonly string[]): Thrown | DingTalkError {
  // A call that was not sent has no text of DingTalk.
  if (!(error instanceof DingTalkError) || error instanceof NotSentError) return error;
  const strike = createStrike(secrets);
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

/** Replaces every secret in one pass: one secret may be part of another, or of what stands for it. */
function createStrike(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap(formsOf));
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].toSorted((one, other) => other.length - one.length);
  const anyForm = new RegExp(longestFirst.map(quoted).join('|'), 'g');
  return (text) => text.replaceAll(anyForm, '[redacted]');
}

/** Shorter inputs, such as the root's id `0`, are part of any long id: they are struck as whole words only. */
const shortestAnywhere = 6;

const quoted = (form: string): string =>
  form.length < shortestAnywhere ? `(?<![A-Za-z\\d])${literally(form)}(?![A-Za-z\\d])` : literally(form);

const literally = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const encoded = encodeURIComponent(secret.toWellFormed());
  // Some servers write the escapes in small letters.
  const inSmallLetters = encoded.replaceAll(/%../g, (escaped) => escaped.toLowerCase());
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, encoded, inSmallLetters, json, json.replaceAll('/', String.raw`\/`)];
}
