import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { jwtAlgorithms } from '../domain/verification-key.ts';
import type { KeySource } from './jwks.ts';
import type { TokenHeader } from './key-set.ts';

const clockToleranceSeconds = 30;

/**
 * Returns the claims of a valid token.
 *
 * @throws {IdentitySourceError} when the keys cannot be had right now, and jose's or a type error for an invalid token.
 */
export type TokenVerifier = (token: string) => Promise<JWTPayload>;

/** Creates a {@link TokenVerifier}. A token needs this issuer and this audience, and an expiry. */
export function createTokenVerifier(
  source: KeySource,
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
): TokenVerifier {
  const options: JWTVerifyOptions = {
    issuer,
    audience,
    algorithms: [...jwtAlgorithms],
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp'],
  };

  return async (token) => {
    const header = readHeader(token);
    const known = source.held;
    const keys = known ?? (await source.load());
    const fitting = keys.fitting(header);
    const claims = await tryKeys(token, fitting, options);
    if (claims) return claims;
    // Keys that were loaded for this token cannot be out of date.
    if (known === undefined) throw new errors.JWSSignatureVerificationFailed();

    const newer = await source.newerThan(known, fitting.length === 0 ? 'unknown-key' : 'wrong-signature');
    const untried = newer?.fitting(header).filter((key) => !fitting.some((tried) => tried.equals(key)));
    const newClaims = await tryKeys(token, untried ?? [], options);
    if (newClaims) return newClaims;
    throw new errors.JWSSignatureVerificationFailed();
  };
}

/** Refuses what no key can verify, before any key is asked for. */
function readHeader(token: string): TokenHeader {
  const { alg, kid } = decodeProtectedHeader(token);
  if (alg === undefined || !jwtAlgorithms.includes(alg)) throw new errors.JOSEAlgNotAllowed();
  if (kid !== undefined && typeof kid !== 'string') throw new errors.JWSInvalid('the kid is not a text');
  return { alg, kid };
}

/** The claims, by the first key that signed the token; undefined if none of them did. */
async function tryKeys(
  token: string,
  keys: readonly KeyObject[],
  options: JWTVerifyOptions,
): Promise<JWTPayload | undefined> {
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, options);
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  return undefined;
}
