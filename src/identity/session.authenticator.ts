import type { Authenticator } from './authenticator.ts';
import { bearerToken } from './credential-headers.ts';
import type { Sessions } from './sessions/sessions.ts';

/** The bearer is a token that the gateway has issued to a person who signed in with DingTalk. */
export const createSessionAuthenticator = (sessions: Pick<Sessions, 'viewerOf'>): Authenticator => ({
  authenticate: async ({ headers }, signal) => sessions.viewerOf(bearerToken(headers), signal),
});
