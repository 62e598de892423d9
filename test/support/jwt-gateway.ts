import { audience, issuer, type KeyServer } from './issuer.ts';
import { createManualClock } from './manual-clock.ts';
import { rawQuery } from './raw-query.ts';
import { startGateway } from './start-gateway.ts';

/** A gateway that trusts the keys of an issuer, with a clock that stands still. */
export async function startJwtGateway(keyServer: Pick<KeyServer, 'url'>) {
  const clock = createManualClock();
  const gateway = await startGateway({
    clock,
    environment: {
      VIEWER_AUTH: 'jwt',
      VIEWER_JWKS_URL: keyServer.url,
      VIEWER_JWT_ISSUER: issuer,
      VIEWER_JWT_AUDIENCE: audience,
    },
  });
  const ask = async (token: string | Promise<string>) =>
    rawQuery(gateway.url, [['authorization', `Bearer ${await token}`]]);
  return { clock, gateway, ask, [Symbol.asyncDispose]: () => gateway.close() };
}

/** The answer while tokens cannot be checked. */
export const unavailable = {
  status: 503,
  body: {
    errors: [
      {
        message: 'Your credentials cannot be checked right now: try again later.',
        extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
      },
    ],
  },
};
