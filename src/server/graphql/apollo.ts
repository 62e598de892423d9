import type { Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { LimitsConfig } from '../../config/config.ts';
import { formatError } from '../../errors/format-error.ts';
import { createDocumentLimits } from '../../graph/limits/document-limits.ts';
import { explainLookups } from './explain-lookups.ts';
import type { RequestContext } from './request-context.ts';
import { createRequestRules } from './apollo-plugin.ts';

/** Leaves the rest of the ten seconds that a stop may take to everything else. */
const drainMs = 8000;

interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly httpServer: Server;
  readonly introspection: boolean;
  /** Requests may ask how their data came about. */
  readonly explainable: boolean;
  readonly maxLookupsPerRequest: number;
  readonly limits: LimitsConfig;
  readonly log: Logger;
}

/** The GraphQL engine, started, with nothing in it that reports to anybody else. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const { schema, httpServer, introspection, explainable, maxLookupsPerRequest, limits, log } = options;
  const documentLimits = createDocumentLimits({
    depth: limits.queryDepth,
    directives: limits.queryDirectives,
  });
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.queryTokens },
    validationRules: [documentLimits],
    // They would not be told (see `withhold-input.ts`).
    validationOptions: { hideSuggestions: true, maxErrors: limits.errors },
    executionOptions: { maxCoercionErrors: limits.errors },
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    // A store of what others have asked, for want of a cache in front that could use it.
    persistedQueries: false,
    formatError,
    // Without the line break that Apollo Server adds: Node would copy the text once more to join the two.
    stringifyResult: JSON.stringify,
    logger: log,
    stopOnTerminationSignals: false,
    plugins: [
      createRequestRules({ maxLookupsPerRequest, limits, log }),
      ...(explainable ? [explainLookups] : []),
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: drainMs }),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  // Apollo Server imports it at its first operation, when the files of this build may be gone.
  await import('graphql');
  return apollo;
}
