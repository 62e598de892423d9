import type { ViewerConfig } from '../config/config.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Authenticator } from './authenticator.ts';
import { onlyValue, unauthenticated } from './credential-headers.ts';
import { createSecretCheck, createSecretsCheck } from './secret-check.ts';

/** Every request acts as the configured operator. With API keys, a request must send one of them, which names its client. */
export function createFixedAuthenticator(config: Extract<ViewerConfig, { kind: 'fixed' }>): Authenticator {
  const { operatorUnionId: unionId, apiKeys } = config;
  const anyone: Viewer = { unionId };
  const clients = apiKeys.map(({ name, key }) => ({
    isKey: createSecretCheck(key),
    viewer: { unionId, keyName: name },
  }));
  // Before keys had names, such a text was the key.
  const isNamedKey = createSecretsCheck(apiKeys.map(({ name, key }) => `${name}=${key}`));
  return {
    async authenticate({ headers }) {
      if (clients.length === 0) return anyone;
      const given = onlyValue(headers, 'x-api-key') ?? '';
      // Compares every key, so that the time does not reveal which one matched.
      let found: Viewer | undefined;
      for (const { isKey, viewer } of clients) if (isKey(given)) found = viewer;
      if (found) return found;
      throw unauthenticated(
        isNamedKey(given)
          ? 'Send the API key without its name in the header x-api-key: what comes after the first "=".'
          : 'Send a valid API key in the header x-api-key.',
      );
    },
  };
}
