import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { onlyValue, unauthenticated } from './credential-headers.ts';
import { sameSecret } from './same-secret.ts';

/** Every request acts as the one configured operator; with API keys, only requests that send one of them. */
export function createFixedAuthenticator(config: Extract<ViewerConfig, { kind: 'fixed' }>): Authenticator {
  const { operatorUnionId: unionId, apiKeys } = config;
  return {
    async authenticate(headers) {
      if (apiKeys.length > 0) {
        const given = onlyValue(headers, 'x-api-key') ?? '';
        // Every key is compared, so that the time does not tell which one was near.
        const matches = apiKeys.filter((key) => sameSecret(given, key));
        if (matches.length === 0) throw unauthenticated('Send a valid API key in the header x-api-key.');
      }
      return { unionId };
    },
  };
}
