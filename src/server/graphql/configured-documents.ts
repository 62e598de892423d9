import type { GraphQLSchema } from 'graphql';
import type { Config } from '../../config/config.ts';
import {
  createPersistedDocuments,
  type PersistedDocuments,
} from '../../graph/documents/persisted-documents.ts';
import { createRouterOperations } from '../../graph/documents/router-operations.ts';
import type { DocumentOutcome } from '../../observability/metrics/labels.ts';
import { createValidationRules } from './apollo.ts';
import { createOperationChecks } from './apollo-plugin.ts';
import { createDocuments, documentsAsSent, type Documents } from './documents.ts';

/**
 * Parses and validates the documents of the configuration. Undefined: there are none.
 *
 * @throws {PersistedDocumentsError} where one cannot be executed.
 */
export function readDocuments(
  config: Pick<Config, 'persistedDocuments' | 'introspection' | 'limits' | 'maxLookupsPerRequest'>,
  schema: GraphQLSchema,
): PersistedDocuments | undefined {
  const { persistedDocuments, introspection, limits, maxLookupsPerRequest } = config;
  return (
    persistedDocuments &&
    createPersistedDocuments(persistedDocuments.documents, {
      schema,
      introspection,
      maxTokens: limits.queryTokens,
      validationRules: createValidationRules(limits),
      checks: createOperationChecks(maxLookupsPerRequest, limits),
    })
  );
}

/** Which documents a gateway with this configuration executes. */
export function documentsFor(
  { persistedDocuments, viewer, limits }: Pick<Config, 'persistedDocuments' | 'viewer' | 'limits'>,
  persisted: PersistedDocuments | undefined,
  onAsked: (outcome: DocumentOutcome) => void,
): Documents {
  if (!persisted) return documentsAsSent;
  const routerOperations = createRouterOperations({
    fields: viewer.kind === 'router' ? ['_service', '_entities'] : ['_service'],
    maxTokens: limits.queryTokens,
  });
  return createDocuments({
    persisted,
    isAllowed: persistedDocuments?.only ? routerOperations : undefined,
    onAsked,
  });
}
