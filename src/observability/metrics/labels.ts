import { createHmac } from 'node:crypto';
import { errorCatalogue } from '../../dingtalk/http/documented-codes.ts';
import type { DingTalkErrorKind } from '../../errors/dingtalk-error.ts';
import { publicCodes } from '../../errors/codes.ts';

/** Complete by its type: a new kind that is missing here does not compile. */
const kinds: Readonly<Record<DingTalkErrorKind, true>> = {
  'bad-argument': true,
  'bad-conversation-id': true,
  forbidden: true,
  'cross-organization': true,
  'conversation-not-found': true,
  'space-not-found': true,
  'not-found': true,
  unavailable: true,
  timeout: true,
  'rate-limited': true,
  'ip-banned': true,
  'quota-exhausted': true,
  'stale-token': true,
  misconfigured: true,
  'malformed-response': true,
};
const known = new Set([
  'ok',
  'aborted',
  ...Object.keys(kinds),
  ...Object.keys(errorCatalogue),
  ...Object.keys(publicCodes),
]);
const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** How something ended, in one of the words that the gateway itself knows: DingTalk's own could be any text. */
export const outcomeLabel = (outcome: string): string => (known.has(outcome) ? outcome : 'other');

/** Clients choose methods freely. */
export const methodLabel = (method: string): string => (methods.has(method) ? method : 'other');

/** Beyond that many organizations the rest is counted together. */
const maxOrganizations = 1000;

/** Names an organization: always the same, on all replicas, with no way back to its corpId. */
export type CorpLabel = (corpId: string | undefined) => string;

/** `own` where one token serves all: the organization of the application itself. */
export function createCorpLabel(secret: string): CorpLabel {
  const names = new Map<string, string>();
  return (corpId) => {
    if (corpId === undefined) return 'own';
    let name = names.get(corpId);
    if (name === undefined) {
      if (names.size >= maxOrganizations) return 'other';
      name = createHmac('sha256', secret).update(`metrics ${corpId}`).digest('base64url').slice(0, 16);
      names.set(corpId, name);
    }
    return name;
  };
}
