import type { KeyObject } from 'node:crypto';

const rsaAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
/** By OpenSSL's name of the curve. */
const ecAlgorithms: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
const edAlgorithms = ['EdDSA', 'Ed25519'];

/** The accepted signatures of a JWT. Only asymmetric ones: with HMAC, a public key could sign tokens. */
export const jwtAlgorithms = [...rsaAlgorithms, ...Object.values(ecAlgorithms), ...edAlgorithms];

const minRsaBits = 2048;
/** OpenSSL verifies with no longer ones. */
const maxRsaBits = 16_384;

/** Keys that can verify a JWT, for the remedy of a problem. */
export const usableKeys =
  `an RSA key of ${minRsaBits} bits or more, ` +
  'or a key for one of the curves P-256, P-384, P-521 and Ed25519';

/** What a public key is good for: the algorithms of {@link jwtAlgorithms} that it verifies, or why there are none. */
export type KeyUse =
  | { readonly algorithms: readonly string[]; readonly problem?: undefined }
  | { readonly algorithms?: undefined; readonly problem: string };

/** Finds what a public key is good for. A problem is a phrase such as "an RSA key of 1024 bits". */
export function useOfKey({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): KeyUse {
  const { modulusLength = 0, publicExponent = 0n, namedCurve = 'unknown' } = asymmetricKeyDetails ?? {};
  switch (type) {
    case 'rsa':
      if (modulusLength < minRsaBits || modulusLength > maxRsaBits)
        return { problem: `an RSA key of ${modulusLength} bits` };
      // With the exponent 1 every text is its own signature.
      if (publicExponent < 3n) return { problem: `an RSA key with the exponent ${publicExponent}` };
      return { algorithms: rsaAlgorithms };
    case 'ec': {
      const algorithm = ecAlgorithms[namedCurve];
      return algorithm === undefined
        ? { problem: `a key for the curve ${namedCurve}` }
        : { algorithms: [algorithm] };
    }
    case 'ed25519':
      return { algorithms: edAlgorithms };
    default:
      return { problem: `a key of the type ${type}` };
  }
}
