import { createPublicKey } from 'node:crypto';
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../async/clock.ts';
import type { ViewerConfig } from '../config/config.ts';
import { whileWaiting } from '../async/deadline.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken, identityUnavailable, refusedBearer } from './credential-headers.ts';
import { isCorpId, isUnionId } from '../domain/identifiers.ts';
import { isPublicError } from '../errors/public-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { createJwks } from './jwks.ts';
import type { Viewer } from '../domain/viewer.ts';

type JwtConfig = Extract<ViewerConfig, { kind: 'jwt' }>;

interface JwtDependencies {
  readonly clock: Clock;
  /** For one fetch of the issuer's keys. */
  readonly timeoutMs: number;
}

/** Only asymmetric ones: with HMAC, a public key could sign tokens. */
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

/** The bearer is a JWT of the trusted issuer; one of its claims is the operator's unionId. */
export function createJwtAuthenticator(config: JwtConfig, dependencies: JwtDependencies): Authenticator {
  const { issuer, audience } = config;
  const keyOf = keySource(config.keys, dependencies);
  const options = {
    issuer,
    audience,
    algorithms,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp'],
  };
  return {
    async authenticate({ headers }, signal) {
      const token = bearerToken(headers);
      try {
        const { payload } = await whileWaiting(jwtVerify(token, keyOf, options), signal);
        return viewerOf(payload, config);
      } catch (error) {
        if (isPublicError(error) || signal.aborted) throw error;
        if (error instanceof IdentitySourceError) throw identityUnavailable(error);
        throw refusedBearer('Your token is not valid for this gateway: sign in again.');
      }
    },
  };
}

function keySource(keys: JwtConfig['keys'], dependencies: JwtDependencies): JWTVerifyGetKey {
  if ('jwksUrl' in keys) return createJwks({ url: keys.jwksUrl, ...dependencies });
  const key = createPublicKey(keys.publicKeyPem);
  return async () => key;
}

function viewerOf(payload: JWTPayload, { unionIdClaim, corpIdClaim }: JwtConfig): Viewer {
  const unionId = payload[unionIdClaim];
  const corpId = payload[corpIdClaim];
  if (!isUnionId(unionId)) {
    throw refusedBearer(
      `Your token does not name the operator: it needs a unionId in the claim ${unionIdClaim}.`,
    );
  }
  if (corpId !== undefined && !isCorpId(corpId)) {
    throw refusedBearer(
      `Your token does not name an organization: correct or leave out the claim ${corpIdClaim}.`,
    );
  }
  return { unionId, corpId };
}
