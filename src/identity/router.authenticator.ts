import type { ViewerConfig } from '../config/config.ts';
import type { Authenticator } from './authenticator.ts';
import { onlyValue, unauthenticated } from './credential-headers.ts';
import { isAbsent, isCorpId, isUnionId } from '../domain/identifiers.ts';
import { createSecretsCheck } from './secret-check.ts';

/** A router in front has authenticated the person and sends the operator's id. Its secret proves that it is the router. */
export function createRouterAuthenticator({
  secrets,
}: Extract<ViewerConfig, { kind: 'router' }>): Authenticator {
  const isRouter = createSecretsCheck(secrets);
  return {
    async authenticate({ headers }) {
      if (!isRouter(onlyValue(headers, 'x-router-secret') ?? '')) {
        throw unauthenticated(
          'Send requests through the router: the header x-router-secret is missing or wrong.',
        );
      }
      const unionId = onlyValue(headers, 'x-dingtalk-union-id');
      if (!isUnionId(unionId)) {
        throw unauthenticated('The router must name one operator in the header x-dingtalk-union-id.');
      }
      const corpId = onlyValue(headers, 'x-dingtalk-corp-id');
      if (isAbsent(corpId)) return { unionId };
      if (!isCorpId(corpId)) {
        throw unauthenticated('The router must name one organization, or none, in x-dingtalk-corp-id.');
      }
      return { unionId, corpId };
    },
  };
}
