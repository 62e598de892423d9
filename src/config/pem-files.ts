import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { contentOf } from './file-content.ts';

/** A schema of a variable that names a file of PEM text. The text is its value. */
const pemFile = (problemOf: (text: string) => string | undefined): z.ZodType<string, string> =>
  z.string().transform((path, context) => {
    const content = contentOf(path);
    const problem = 'problem' in content ? content.problem : problemOf(content.text);
    if (problem === undefined && 'text' in content) return content.text;
    context.addIssue(problem ?? 'is invalid');
    return z.NEVER;
  });

const beginning = '-----BEGIN CERTIFICATE-----';

/** One certificate or several, one after the other. */
export const certificateFile = pemFile((text) => {
  if (text.includes('PRIVATE KEY-----'))
    return 'must not name a file with a private key: it goes into one of its own';
  const found = text.split(beginning).slice(1);
  return found.length > 0 && found.every((rest) => succeeds(() => new X509Certificate(beginning + rest)))
    ? undefined
    : 'must name a file with certificates in PEM form: -----BEGIN CERTIFICATE----- and what follows';
});

/** A private key without a passphrase. */
export const privateKeyFile = pemFile((text) => {
  if (text.includes('ENCRYPTED')) {
    return 'must name a file with a key that has no passphrase: remove it with openssl pkey, and protect the file';
  }
  return succeeds(() => createPrivateKey(text))
    ? undefined
    : 'must name a file with a private key in PEM form: -----BEGIN PRIVATE KEY----- and what follows';
});

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
