import { randomUUID } from 'node:crypto';

/** Which app may act in which organization, and the endpoint that granted it. */
export interface Grant {
  readonly endpoint: 'accessToken' | 'corpToken' | 'corpAccessToken';
  readonly app: string;
  readonly corpId: string;
}

interface IssuedToken {
  readonly token: string;
  readonly grant: Grant;
  expiresAtMs: number;
}

/** The access tokens that are valid now. */
export interface AccessTokens {
  issue(grant: Grant): { readonly token: string; readonly expiresInSeconds: number };
  grantOf(token: string): Grant | undefined;
  expireAll(): void;
  setLifeSeconds(seconds: number): void;
}

/** A token store. Asking again while a token is valid renews that token; later it issues a new one. */
export function createAccessTokens(lifeSeconds: number, nowMs: () => number): AccessTokens {
  const byToken = new Map<string, IssuedToken>();
  const byGrant = new Map<string, IssuedToken>();
  let lifeS = lifeSeconds;

  return {
    issue(grant) {
      const key = JSON.stringify([grant.endpoint, grant.app, grant.corpId]);
      const known = byGrant.get(key);
      const expiresAtMs = nowMs() + lifeS * 1000;
      if (known !== undefined && known.expiresAtMs > nowMs()) {
        known.expiresAtMs = expiresAtMs;
        return { token: known.token, expiresInSeconds: lifeS };
      }
      if (known !== undefined) byToken.delete(known.token);
      const issued = { token: randomUUID().replaceAll('-', ''), grant, expiresAtMs };
      byGrant.set(key, issued);
      byToken.set(issued.token, issued);
      return { token: issued.token, expiresInSeconds: lifeS };
    },
    grantOf(token) {
      const issued = byToken.get(token);
      return issued !== undefined && issued.expiresAtMs > nowMs() ? issued.grant : undefined;
    },
    expireAll() {
      byToken.clear();
      byGrant.clear();
    },
    setLifeSeconds(seconds) {
      lifeS = seconds;
    },
  };
}
