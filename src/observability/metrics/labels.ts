import { createHmac } from 'node:crypto';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { publicCodes } from '../../errors/codes.ts';
import { kinds } from '../../errors/kinds.ts';

const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** From a closed set: requests must not add label values. */
export const outcomeLabel = (outcome: string): string =>
  outcome === 'ok' || outcome === 'aborted' || Object.hasOwn(kinds, outcome) ? outcome : 'other';

/** Every `extensions.code` of the gateway's, those of refusals outside GraphQL included. */
export const errorCodes: ReadonlySet<string> = new Set([
  ...Object.keys(publicCodes),
  ...Object.values(ApolloServerErrorCode),
  'METHOD_NOT_ALLOWED',
]);

/** From a closed set: a rule of graphql-js may bring a code of its own. */
export const codeLabel = (code: unknown): string =>
  typeof code === 'string' && errorCodes.has(code) ? code : 'other';

/** How the document of an operation was found. */
export const documentOutcomes = ['persisted', 'text', 'not_found', 'refused'] as const;
export type DocumentOutcome = (typeof documentOutcomes)[number];

/** Clients can send any method. */
export const methodLabel = (method: string): string => (methods.has(method) ? method : 'other');

const maxOrganizations = 1000;
/** The label of all further organizations. */
export const sharedLabel = 'other';

/**
 * Labels an organization: always the same on all replicas, and not reversible to its corpId. Who knows the key as well as a
 * corpId can tell whether it is among them.
 */
export type CorpLabel = (corpId: string | undefined) => string;

/** The label is `own` where one token serves all: the organization of the application itself. */
export function createCorpLabel(key: string): CorpLabel {
  const names = new Map<string, string>();
  return (corpId) => {
    if (corpId === undefined) return 'own';
    let name = names.get(corpId);
    if (name === undefined) {
      if (names.size >= maxOrganizations) return sharedLabel;
      name = createHmac('sha256', key).update(`metrics ${corpId}`).digest('base64url').slice(0, 16);
      names.set(corpId, name);
    }
    return name;
  };
}
