import type { Logger } from 'pino';
import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { unauthenticated } from './credential-headers.ts';
import { createDingTalkAuthenticator, type UserTokenDependencies } from './dingtalk.authenticator.ts';
import { createFixedAuthenticator } from './fixed.authenticator.ts';
import { createRouterAuthenticator } from './router.authenticator.ts';
import { createSessionAuthenticator } from './session.authenticator.ts';
import type { Sessions } from './sessions/sessions.ts';

interface AuthenticatorDependencies extends UserTokenDependencies {
  readonly log: Logger;
  /** True where each organization has its own access token and none is configured: a viewer must name one. */
  readonly corpIdRequired: boolean;
  /** With `VIEWER_AUTH=session`. */
  readonly sessions: Sessions | undefined;
}

/** Creates the authenticator that `VIEWER_AUTH` selects. */
export async function createAuthenticator(
  config: ViewerConfig,
  dependencies: AuthenticatorDependencies,
): Promise<Authenticator> {
  const authenticator = await chooseAuthenticator(config, dependencies);
  return dependencies.corpIdRequired ? requireOrganization(authenticator) : authenticator;
}

async function chooseAuthenticator(
  config: ViewerConfig,
  dependencies: AuthenticatorDependencies,
): Promise<Authenticator> {
  switch (config.kind) {
    case 'fixed':
      return createFixedAuthenticator(config);
    case 'jwt': {
      // Imported here, so that the other modes start without loading jose.
      const { createJwtAuthenticator } = await import('./jwt.authenticator.ts');
      return createJwtAuthenticator(config, dependencies);
    }
    case 'dingtalk':
      return createDingTalkAuthenticator(dependencies);
    case 'session': {
      if (!dependencies.sessions) throw new Error('VIEWER_AUTH=session needs sessions');
      return createSessionAuthenticator(dependencies.sessions);
    }
    case 'router':
      return createRouterAuthenticator(config);
  }
}

function requireOrganization(authenticator: Authenticator): Authenticator {
  return {
    ...authenticator,
    async authenticate(credentials, signal) {
      const viewer = await authenticator.authenticate(credentials, signal);
      if (viewer.corpId !== undefined) return viewer;
      throw unauthenticated(
        'Your credentials must name your organization (corpId): this gateway serves several.',
      );
    },
  };
}
