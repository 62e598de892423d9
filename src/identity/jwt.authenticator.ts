import { createPublicKey } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken, identityUnavailable, unauthenticated } from './credential-headers.ts';
import type { Viewer } from './viewer.ts';

type JwtConfig = Extract<ViewerConfig, { kind: 'jwt' }>;

/** Asymmetric ones only: a public key must never be good for signing. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const clockToleranceSeconds = 30;
const jwksOptions = { timeoutDuration: 5000, cooldownDuration: 30_000, cacheMaxAge: 600_000 };

/** The bearer is a JWT of a trusted issuer, one of whose claims is the operator's unionId. */
export function createJwtAuthenticator(config: JwtConfig): Authenticator {
  const { issuer, audience } = config;
  const keyOf = keySource(config.keys);
  const options = {
    issuer,
    audience,
    algorithms,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp'],
  };
  return {
    async authenticate(headers) {
      const token = bearerToken(headers);
      try {
        const { payload } = await jwtVerify(token, keyOf, options);
        return viewerOf(payload, config);
      } catch (error) {
        throw error instanceof GraphQLError
          ? error
          : unauthenticated('Your token is not valid here: sign in again.');
      }
    },
  };
}

function keySource(keys: JwtConfig['keys']): JWTVerifyGetKey {
  if ('publicKeyPem' in keys) {
    const key = createPublicKey(keys.publicKeyPem);
    return async () => key;
  }
  const fetchKey = createRemoteJWKSet(keys.jwksUrl, jwksOptions);
  return async (header, token) => {
    try {
      return await fetchKey(header, token);
    } catch (error) {
      throw isVerdict(error) ? error : identityUnavailable();
    }
  };
}

/** The keys are there and none fits, where everything else is a failure to get them. */
const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

function viewerOf(payload: JWTPayload, { unionIdClaim, corpIdClaim }: JwtConfig): Viewer {
  const unionId = payload[unionIdClaim];
  const corpId = payload[corpIdClaim];
  if (typeof unionId !== 'string' || unionId === '') {
    throw unauthenticated(`Your token does not name the operator: it needs the claim ${unionIdClaim}.`);
  }
  return { unionId, corpId: typeof corpId === 'string' && corpId !== '' ? corpId : undefined };
}
