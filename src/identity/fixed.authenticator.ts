import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { onlyValue, unauthenticated } from './credential-headers.ts';
import { createSecretCheck } from './secret-check.ts';

/** Every request acts as the configured operator. With API keys, a request must send one of them. */
export function createFixedAuthenticator(config: Extract<ViewerConfig, { kind: 'fixed' }>): Authenticator {
  const { operatorUnionId: unionId } = config;
  const keyChecks = config.apiKeys.map(createSecretCheck);
  return {
    async authenticate({ headers }) {
      if (keyChecks.length > 0) {
        const given = onlyValue(headers, 'x-api-key') ?? '';
        // Compares every key, so that the time does not reveal which one matched.
        const matches = keyChecks.filter((isKey) => isKey(given));
        if (matches.length === 0) throw unauthenticated('Send a valid API key in the header x-api-key.');
      }
      return { unionId };
    },
  };
}
