import { createSecretKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTVerifyOptions } from 'jose';
import * as z from 'zod';
import type { Clock } from '../../async/clock.ts';
import { isCorpId, isUnionId } from '../../domain/identifiers.ts';
import type { Person } from './person.ts';

const algorithm = 'HS256';
const issuer = 'dingtalk-graphql-gateway';

/** From one sign-in to the next. */
export interface Session extends Person {
  /** Of all tokens of the session. */
  readonly id: string;
  /** The organization, where the application serves several. */
  readonly corpId: string | undefined;
  /** Seconds since 1970. */
  readonly signedInAtS: number;
}

/** A token's session, and its end in seconds since 1970. */
export interface VerifiedSession extends Session {
  readonly expiresAtS: number;
}

export interface SessionTokens {
  /** A token that ends at `expiresAtS`, in seconds since 1970. */
  issue(session: Session, expiresAtS: number): Promise<string>;
  /** @throws jose's or a zod error for a token that is none of ours, or has expired. */
  verify(token: string): Promise<VerifiedSession>;
}

const claims = z.object({
  sid: z.string().min(1).max(64),
  auth_time: z.int(),
  exp: z.int(),
  unionId: z.string().refine(isUnionId),
  corpId: z.string().refine(isCorpId).optional(),
  name: z.string().optional(),
});

/** JWTs of the gateway's own for one application, signed with the first of `keys` and verified with each of them. */
export function createSessionTokens(
  keys: readonly string[],
  application: string,
  clock: Clock,
): SessionTokens {
  const secrets = keys.map((key) => createSecretKey(Buffer.from(key)));
  const [signing = createSecretKey(Buffer.alloc(0))] = secrets;

  return {
    issue({ id, signedInAtS, unionId, corpId, name }, expiresAtS) {
      const own = { sid: id, auth_time: signedInAtS, unionId, ...(corpId !== undefined && { corpId }) };
      return new SignJWT({ ...own, ...(name !== null && { name }) })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(application)
        .setExpirationTime(expiresAtS)
        .sign(signing);
    },
    async verify(token) {
      const options: JWTVerifyOptions = {
        issuer,
        audience: application,
        algorithms: [algorithm],
        requiredClaims: ['exp'],
        currentDate: new Date(clock.wallMs()),
      };
      for (const secret of secrets) {
        try {
          const { payload } = await jwtVerify(token, secret, options);
          const { sid, auth_time: signedInAtS, exp: expiresAtS, name = null, ...who } = claims.parse(payload);
          return { id: sid, signedInAtS, expiresAtS, name, unionId: who.unionId, corpId: who.corpId };
        } catch (error) {
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    },
  };
}
