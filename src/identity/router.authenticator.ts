import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { onlyValue, unauthenticated } from './credential-headers.ts';
import { sameSecret } from './same-secret.ts';

/** A router in front has authenticated the person and names the operator; its secret proves that it is the router. */
export function createRouterAuthenticator({
  secret,
}: Extract<ViewerConfig, { kind: 'router' }>): Authenticator {
  return {
    async authenticate(headers) {
      if (!sameSecret(onlyValue(headers, 'x-router-secret') ?? '', secret)) {
        throw unauthenticated('Ask through the router: the header x-router-secret is missing or wrong.');
      }
      const unionId = onlyValue(headers, 'x-dingtalk-union-id');
      if (!unionId)
        throw unauthenticated('The router must name the operator in the header x-dingtalk-union-id.');
      const corpId = onlyValue(headers, 'x-dingtalk-corp-id');
      return { unionId, corpId: corpId === '' ? undefined : corpId };
    },
  };
}
