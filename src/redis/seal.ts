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

/** Keeps what is written to Redis from everybody who can read or write there but does not know the app's secret. */
export interface Seal {
  /** The name under which something is kept: `what` in the clear, `parts` only as a keyed hash. */
  keyOf(what: string, ...parts: readonly string[]): string;
  /** `text`, encrypted and bound to `key`, so that it opens under no other one. */
  close(key: string, text: string): Buffer;
  /** The text, or undefined for anything that was not sealed under this key with this secret. */
  open(key: string, sealed: Buffer): string | undefined;
}

interface SealOptions {
  /** The origin that the application's secret is sent to: what one host answered is not for another. */
  readonly upstream: string;
  /** Keeps applications apart that share one Redis. */
  readonly app: string;
  /** The application's own. */
  readonly secret: string;
}

/** The keys follow from all three: gateways that differ in one of them share nothing. */
export function createSeal({ upstream, app, secret }: SealOptions): Seal {
  const salt = JSON.stringify([upstream, app]);
  // Node makes a key of bytes anew each time they are used, which takes ten times as long as what they are used for.
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
