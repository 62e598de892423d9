import type { ViewerConfig } from '../config/config.ts';
import { createDingTalkAuthenticator, type UserTokenDependencies } from './dingtalk.authenticator.ts';
import { createFixedAuthenticator } from './fixed.authenticator.ts';
import { createRouterAuthenticator } from './router.authenticator.ts';
import type { CredentialHeaders } from './credential-headers.ts';
import type { Viewer } from './viewer.ts';

/** Tells who is asking. Nothing in a request but its credential headers has a say in that. */
export interface Authenticator {
  /**
   * @throws a public `UNAUTHENTICATED` error (401) for missing, doubled or wrong credentials, a retryable
   * `UPSTREAM_UNAVAILABLE` one (503) when they cannot be checked right now, or what `signal` is aborted with.
   */
  authenticate(headers: CredentialHeaders, signal: AbortSignal): Promise<Viewer>;
}

export async function createAuthenticator(
  config: ViewerConfig,
  dependencies: UserTokenDependencies,
): Promise<Authenticator> {
  switch (config.kind) {
    case 'fixed':
      return createFixedAuthenticator(config);
    case 'jwt': {
      // The other modes start faster without the JOSE library.
      const { createJwtAuthenticator } = await import('./jwt.authenticator.ts');
      return createJwtAuthenticator(config, dependencies);
    }
    case 'dingtalk':
      return createDingTalkAuthenticator(dependencies);
    case 'router':
      return createRouterAuthenticator(config);
  }
}
