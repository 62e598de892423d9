import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Encrypts and authenticates values that leave the process, with keys derived from the app's secret. */
export interface Seal {
  /** A name for a value: `what` in plain text, `parts` only as a keyed hash. */
  keyOf(what: string, ...parts: readonly string[]): string;
  /** Encrypts `text` and binds it to `key`: it cannot be decrypted under another key. */
  close(key: string, text: string): Buffer;
  /** Decrypts; undefined for anything that was not sealed under this `key` with this secret. */
  open(key: string, sealed: Buffer): string | undefined;
}

interface SealOptions {
  /** Where DingTalk is asked, see `upstreamName`: answers of one host are not shared with gateways of another. */
  readonly upstream: string;
  /** The app's key: separates applications that share one Redis. */
  readonly app: string;
  /** The app's secret. */
  readonly secret: string;
}

/** The keys are derived from all three options: gateways that differ in one of them share nothing. */
export function createSeal({ upstream, app, secret }: SealOptions): Seal {
  const salt = JSON.stringify([upstream, app]);
  // KeyObjects, because Node would otherwise import the raw bytes at each use, which takes ten times as long as the use.
  const derive = (purpose: string): KeyObject =>
    createSecretKey(
      new Uint8Array(hkdfSync('sha256', secret, salt, `dingtalk-graphql-gateway ${purpose}`, 32)),
    );
  const encryptionKey = derive('encryption');
  const namingKey = derive('naming');

  return {
    keyOf(what, ...parts) {
      const name = createHmac('sha256', namingKey).update(JSON.stringify([what, ...parts]));
      return `dingtalk-gateway:${what}:${name.digest('base64url')}`;
    },
    close(key, text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, encryptionKey, iv).setAAD(Buffer.from(key));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(key, sealed) {
      if (sealed.length < ivBytes + tagBytes) return undefined;
      const iv = sealed.subarray(0, ivBytes);
      const tag = sealed.subarray(ivBytes, ivBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, encryptionKey, iv, { authTagLength: tagBytes })
        .setAAD(Buffer.from(key))
        .setAuthTag(tag);
      try {
        return (
          decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch {
        return undefined;
      }
    },
  };
}
