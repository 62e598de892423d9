import { createPublicKey } from 'node:crypto';
import { errors, type JWTPayload } from 'jose';
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';
import type { ViewerConfig } from '../config/config.ts';
import { whileWaiting } from '../async/deadline.ts';
import type { Authenticator } from './authenticator.ts';
import { bearerToken, identityUnavailable, refusedBearer } from './credential-headers.ts';
import { isAbsent, isCorpId, isUnionId } from '../domain/identifiers.ts';
import { isPublicError } from '../errors/public-error.ts';
import { IdentitySourceError } from '../errors/identity-source-error.ts';
import { createJwks, fixedKeys, type KeySource } from './jwks.ts';
import { keySetOf, type KeySet } from './key-set.ts';
import { createTokenVerifier } from './verify-token.ts';
import type { Viewer } from '../domain/viewer.ts';

type JwtConfig = Extract<ViewerConfig, { kind: 'jwt' }>;

interface JwtDependencies {
  readonly clock: Clock;
  /** For one fetch of the issuer's keys. */
  readonly timeoutMs: number;
  readonly log: Pick<Logger, 'warn'>;
}

/** The bearer is a JWT of the trusted issuer; one of its claims is the operator's unionId. */
export function createJwtAuthenticator(config: JwtConfig, dependencies: JwtDependencies): Authenticator {
  const keys = keySource(config.keys, dependencies);
  const verifyToken = createTokenVerifier(keys, config);
  return {
    async authenticate({ headers }, signal) {
      const token = bearerToken(headers);
      try {
        const claims = await whileWaiting(verifyToken(token), signal);
        return viewerOf(claims, config);
      } catch (error) {
        if (isPublicError(error) || signal.aborted) throw error;
        if (error instanceof IdentitySourceError) throw identityUnavailable(error);
        throw refusedBearer('Your token is not valid for this gateway: sign in again.', reasonOf(error));
      }
    },
    async checkSource(signal) {
      if (!keys.held) await whileWaiting(keys.load(), signal);
    },
    hasSource: () => keys.held !== undefined,
  };
}

function keySource(keys: JwtConfig['keys'], { log, ...options }: JwtDependencies): KeySource {
  if (!('jwksUrl' in keys)) return fixedKeys(keySetOf(keys.publicKeyPems.map((pem) => createPublicKey(pem))));
  return createJwks({ url: keys.jwksUrl, proxy: keys.proxy, ...options, onFetched: createProblemLog(log) });
}

/** Logs the problems of the issuer's keys once, until they are others. */
function createProblemLog(log: JwtDependencies['log']): (keys: KeySet) => void {
  let logged = '';
  return ({ problems }) => {
    const text = problems.join();
    if (text !== logged && text !== '') log.warn({ problems }, "some of the issuer's keys cannot be used");
    logged = text;
  };
}

function viewerOf(claims: JWTPayload, { unionIdClaim, corpIdClaim }: JwtConfig): Viewer {
  const { [unionIdClaim]: unionId, [corpIdClaim]: corpId } = claims;
  if (!isUnionId(unionId)) {
    throw refusedBearer(
      `Your token does not name the operator: it needs a unionId in the claim ${unionIdClaim}.`,
      `the claim ${unionIdClaim} is not a unionId`,
    );
  }
  if (isAbsent(corpId)) return { unionId };
  if (!isCorpId(corpId)) {
    throw refusedBearer(
      `Your token does not name an organization: correct or leave out the claim ${corpIdClaim}.`,
      `the claim ${corpIdClaim} is not a corpId`,
    );
  }
  return { unionId, corpId };
}

/** jose's code for what is wrong with a token, and the claim that is. */
function reasonOf(error: unknown): string {
  if (!(error instanceof errors.JOSEError)) return 'not a JWT';
  const claim = 'claim' in error ? ` ${String(error.claim)}` : '';
  return `${error.code}${claim}`;
}
