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
/** Characters of a hash tag: more applications than a Cluster has slots. */
const tagLength = 12;

/** Encrypts and authenticates values that leave the process, with keys derived from the app's secrets. */
export interface Seal {
  /** A name for a value about a person: `what` in plain text, `parts` only as a hash keyed with the first secret. */
  keyOf(what: string, ...parts: readonly string[]): string;
  /** The same under each secret, the first one first: a gateway with another order of secrets uses another one. */
  keysOf(what: string, ...parts: readonly string[]): readonly string[];
  /**
   * A name that stays when the secret is replaced, keyed with the upstream and the app's key alone: who knows both can
   * test a guess. For values that are about no person.
   */
  lastingKeyOf(what: string, ...parts: readonly string[]): string;
  /** Encrypts `text` with the first secret and binds it to `key`: it cannot be decrypted under another key. */
  close(key: string, text: string): Buffer;
  /** Decrypts; undefined for anything that was not sealed under this `key` with one of these secrets. */
  open(key: string, sealed: Buffer): string | undefined;
}

interface SealOptions {
  /** Where DingTalk is asked, see `upstreamName`: answers of one host are not shared with gateways of another. */
  readonly upstream: string;
  /** The app's key: separates applications that share one Redis. */
  readonly app: string;
  /** The app's secret. */
  readonly secret: string;
  /** The secret before or after it, while it is replaced. */
  readonly otherSecret?: string | undefined;
  /** Whether all names must be in one slot of a Redis Cluster: each then begins with the same hash tag. */
  readonly inOneSlot?: boolean;
}

/** The keys are derived from all options: gateways that differ in upstream or app, or have no secret in common, share no value. */
export function createSeal({ upstream, app, secret, otherSecret, inOneSlot = false }: SealOptions): Seal {
  const salt = JSON.stringify([upstream, app]);
  const first = deriveKeys(secret, salt);
  const all = otherSecret === undefined ? [first] : [first, deriveKeys(otherSecret, salt)];
  const lastingKey = derive('', salt, 'lasting names');

  // From the app alone: the slot stays when the secret is replaced.
  const prefix = `dingtalk-gateway:${inOneSlot ? `{${hashOf(lastingKey, 'slot', []).slice(0, tagLength)}}:` : ''}`;
  const nameOf = (key: KeyObject, what: string, parts: readonly string[]): string =>
    `${prefix}${what}:${hashOf(key, what, parts)}`;

  return {
    keyOf: (what, ...parts) => nameOf(first.naming, what, parts),
    keysOf: (what, ...parts) => all.map(({ naming }) => nameOf(naming, what, parts)),
    lastingKeyOf: (what, ...parts) => nameOf(lastingKey, what, parts),
    close(key, text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, first.encryption, iv).setAAD(Buffer.from(key));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    open(key, sealed) {
      if (sealed.length < ivBytes + tagBytes) return undefined;
      for (const { encryption } of all) {
        const text = decrypt(encryption, key, sealed);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

interface Keys {
  readonly encryption: KeyObject;
  readonly naming: KeyObject;
}

const deriveKeys = (secret: string, salt: string): Keys => ({
  encryption: derive(secret, salt, 'encryption'),
  naming: derive(secret, salt, 'naming'),
});

/** A KeyObject, because Node would otherwise import the raw bytes at each use, which takes ten times as long as the use. */
const derive = (secret: string, salt: string, purpose: string): KeyObject =>
  createSecretKey(
    new Uint8Array(hkdfSync('sha256', secret, salt, `dingtalk-graphql-gateway ${purpose}`, 32)),
  );

const hashOf = (key: KeyObject, what: string, parts: readonly string[]): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([what, ...parts]))
    .digest('base64url');

function decrypt(encryption: KeyObject, key: string, sealed: Buffer): string | undefined {
  const iv = sealed.subarray(0, ivBytes);
  const tag = sealed.subarray(ivBytes, ivBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, encryption, iv, { authTagLength: tagBytes })
    .setAAD(Buffer.from(key))
    .setAuthTag(tag);
  try {
    return decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
