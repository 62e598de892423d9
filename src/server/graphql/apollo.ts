import { ApolloServer, type DocumentStore } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import type { Logger } from 'pino';
import type { LimitsConfig } from '../../config/config.ts';
import { isClientGone } from '../../errors/client-gone-error.ts';
import { formatError } from '../../errors/format-error.ts';
import { createDocumentLimits } from '../../graph/limits/document-limits.ts';
import { explainLookups } from './explain-lookups.ts';
import type { RequestContext } from './request-context.ts';
import { createRequestRules } from './apollo-plugin.ts';

interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  /** Requests may ask with `x-explain: 1` where their data came from. */
  readonly explainable: boolean;
  /** Errors suggest names, and quote the document. */
  readonly suggesting: boolean;
  /** Requests may ask for Apollo's inline trace. */
  readonly traced: boolean;
  readonly maxLookupsPerRequest: number;
  readonly limits: LimitsConfig;
  /** Holds documents that are not parsed and validated again; undefined: Apollo Server's own. */
  readonly documentStore: DocumentStore | undefined;
  readonly log: Logger;
  /** An answer has `count` errors with this code. */
  readonly errorsAnswered: (code: unknown, count?: number) => void;
}

/** What a document must keep to beside the schema. */
export const createValidationRules = (limits: LimitsConfig): readonly ValidationRule[] => [
  createDocumentLimits({ depth: limits.queryDepth, directives: limits.queryDirectives }),
];

/** Starts Apollo Server, with all of its reporting turned off. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const {
    schema,
    introspection,
    explainable,
    suggesting,
    traced,
    maxLookupsPerRequest,
    limits,
    log,
    errorsAnswered,
  } = options;
  // Imported only where it is on: a start loads nothing else of it.
  const trace = traced ? await import('./inline-trace.ts') : undefined;
  const { documentStore } = options;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.queryTokens },
    validationRules: [...createValidationRules(limits)],
    ...(documentStore && { documentStore }),
    validationOptions: { hideSuggestions: !suggesting, maxErrors: limits.errors },
    executionOptions: { maxCoercionErrors: limits.errors },
    allowBatchedHttpRequests: false,
    // `foreign-pages.ts` does it.
    csrfPrevention: false,
    // A store that clients could fill. `documents.ts` answers requests with a hash.
    persistedQueries: false,
    // Called once for each error of each answer, those of refused requests included.
    formatError(formatted, thrown) {
      const answered = formatError(formatted, thrown, { keepDocument: suggesting });
      if (!isClientGone(thrown)) errorsAnswered(answered.extensions?.['code']);
      return answered;
    },
    // Apollo Server would append a line break, which makes Node copy the whole text once more.
    stringifyResult: trace ? (answer) => trace.stringifyTraced(answer, limits.answerBytes) : JSON.stringify,
    logger: log,
    stopOnTerminationSignals: false,
    plugins: [
      createRequestRules({ maxLookupsPerRequest, limits, log, errorsAnswered }),
      ...(explainable ? [explainLookups] : []),
      ApolloServerPluginCacheControlDisabled(),
      trace ? trace.createInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  // Apollo Server imports it at its first operation; by then a newer build may have replaced the files.
  await import('graphql');
  return apollo;
}
