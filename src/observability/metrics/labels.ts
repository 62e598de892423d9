import { createHmac } from 'node:crypto';
import { kinds } from '../../errors/kinds.ts';

const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** From a closed set: labels may not grow with what is asked. */
export const outcomeLabel = (outcome: string): string =>
  outcome === 'ok' || outcome === 'aborted' || Object.hasOwn(kinds, outcome) ? outcome : 'other';

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
