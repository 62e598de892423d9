import { createHmac, randomBytes } from 'node:crypto';
import type { SandboxCall } from '../sandbox-call.ts';

/** The headers that open one object, and for how long. */
export interface SignedHeaders {
  readonly headers: Readonly<Record<'Authorization' | 'x-oss-date', string>>;
  readonly expirationSeconds: number;
}

/** Why the object store refuses a request. */
export type StoreRefusal = 'AccessDenied' | 'SignatureDoesNotMatch' | 'RequestTimeTooSkewed';

/** Signs requests of the object store and checks them. */
export interface ObjectSigner {
  sign(path: string): SignedHeaders;
  /** Undefined if the request carries what was signed, in time, and no header besides. */
  refusalOf(call: SandboxCall): StoreRefusal | undefined;
}

const expirationSeconds = 900;
// The clock of the stand-in is monotonic: it counts from here.
const firstMs = Date.UTC(2026, 0, 1);
const keyId = 'LTAIsandbox';
const signed = ['authorization', 'x-oss-date'];
// What an HTTP client cannot help sending.
const unavoidable = ['host', 'connection', 'user-agent', 'range', 'sec-fetch-mode'];

const isAllowed = (header: string): boolean =>
  signed.includes(header) || unavoidable.includes(header) || header.startsWith('accept');

/** A signer with a key that nothing else has. */
export function createObjectSigner(nowMs: () => number): ObjectSigner {
  const key = randomBytes(32);

  function authorize(path: string, date: string): string {
    // OSS signs the method, two content headers that must be empty, the date and the path.
    const text = ['GET', '', '', '', `x-oss-date:${date}`, path].join('\n');
    return `OSS ${keyId}:${createHmac('sha1', key).update(text).digest('base64')}`;
  }

  return {
    sign(path) {
      const date = new Date(firstMs + nowMs()).toUTCString();
      return { headers: { Authorization: authorize(path, date), 'x-oss-date': date }, expirationSeconds };
    },
    refusalOf({ path, query, headers }) {
      const { authorization, 'x-oss-date': date } = headers;
      if (authorization === undefined || typeof date !== 'string') return 'AccessDenied';
      const isAsSigned = authorization === authorize(path, date) && Object.keys(query).length === 0;
      if (!isAsSigned || !Object.keys(headers).every(isAllowed)) return 'SignatureDoesNotMatch';
      const ageMs = firstMs + nowMs() - Date.parse(date);
      return ageMs < expirationSeconds * 1000 ? undefined : 'RequestTimeTooSkewed';
    },
  };
}
