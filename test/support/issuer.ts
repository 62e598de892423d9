import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

export const issuer = 'https://issuer.example';
export const audience = 'gateway';

const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: object;
  readonly spki: string;
  /** A valid token of this key, changed by `claims` and `header`. Undefined removes a claim. */
  sign(claims?: JWTPayload & Record<string, unknown>, header?: object): Promise<string>;
}

export async function createSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    kid,
    alg,
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    spki: await exportSPKI(publicKey),
    sign: (claims = {}, header = {}) =>
      new SignJWT({
        iss: issuer,
        aud: audience,
        exp: secondsFromNow(300),
        unionId: 'chyxxxxx',
        ...claims,
      })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey),
  };
}

export const expiring = (seconds: number): { exp: number } => ({ exp: secondsFromNow(seconds) });
export const notBefore = (seconds: number): { nbf: number } => ({ nbf: secondsFromNow(seconds) });

/** A server that publishes keys. */
export interface KeyServer extends AsyncDisposable {
  readonly url: string;
  /** The number of requests so far. */
  readonly requests: number;
  publish(...keys: readonly Pick<SigningKey, 'jwk'>[]): void;
  answerWith(listener: RequestListener): void;
  /** Resolves at that number of requests. */
  waitForRequests(count: number): Promise<void>;
}

const sayNothing: RequestListener = () => undefined;

export async function startKeyServer(...keys: readonly Pick<SigningKey, 'jwk'>[]): Promise<KeyServer> {
  let requests = 0;
  let listener: RequestListener = sayNothing;
  const server = http.createServer((request, response) => {
    requests += 1;
    server.emit('asked');
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const publish: KeyServer['publish'] = (...published) => {
    listener = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    };
  };
  publish(...keys);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get requests() {
      return requests;
    },
    publish,
    answerWith(given) {
      listener = given;
    },
    async waitForRequests(count) {
      while (requests < count) await once(server, 'asked');
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
