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
import { formatError } from '../errors/format-error.ts';
import { createLookupLimit } from '../graph/lookup-limit.ts';
import type { RequestContext } from '../graph/request-context.ts';
import { createErrorLog } from './error-log.ts';
import { legacyStatus } from './legacy-status.ts';

/** Leaves the rest of the ten seconds that a stop may take to everything else. */
const drainMs = 8000;

interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly httpServer: Server;
  readonly introspection: boolean;
  readonly hideSchemaDetails: boolean;
  readonly maxLookupsPerRequest: number;
  readonly log: Logger;
}

/** The GraphQL engine, with nothing in it that reports to anybody else. */
export function createApollo(options: ApolloOptions): ApolloServer<RequestContext> {
  const { schema, httpServer, introspection, hideSchemaDetails, maxLookupsPerRequest, log } = options;
  return new ApolloServer<RequestContext>({
    schema,
    introspection,
    hideSchemaDetailsFromClientErrors: hideSchemaDetails,
    includeStacktraceInErrorResponses: false,
    formatError,
    logger: log,
    stopOnTerminationSignals: false,
    plugins: [
      createLookupLimit(maxLookupsPerRequest),
      createErrorLog(log),
      legacyStatus,
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: drainMs }),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}
