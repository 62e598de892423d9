import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Logger } from 'pino';
import type { LimitsConfig } from '../../config/config.ts';
import { createAnswerLimit } from '../../graph/limits/answer-limit.ts';
import { checkKnownOperation } from '../../graph/limits/known-operation.ts';
import { createLookupLimit } from '../../graph/limits/lookup-limit.ts';
import { isClientGone } from '../../errors/client-gone-error.ts';
import type { PublicCode } from '../../errors/codes.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationCheck } from '../../graph/limits/resolved-operation.ts';
import { createWidthLimit } from '../../graph/limits/width-limit.ts';
import { logError, logErrors } from '../../observability/error-log.ts';
import { addCost } from './answer-cost.ts';
import { endOperation } from './end-operation.ts';
import { limitErrors } from './errors-limit.ts';
import { setStatus } from './status.ts';

interface RequestRules {
  readonly maxLookupsPerRequest: number;
  readonly limits: Pick<LimitsConfig, 'aliases' | 'answerFields' | 'errors'>;
  /** For errors outside a request. */
  readonly log: Logger;
  readonly errorsAnswered: (code: PublicCode, count: number) => void;
}

/** What is measured of an operation before it is executed. */
export const createOperationChecks = (
  maxLookupsPerRequest: number,
  limits: Pick<LimitsConfig, 'aliases' | 'answerFields'>,
): readonly OperationCheck[] => [
  checkKnownOperation,
  // Before the lookup limit, which visits every item.
  createAnswerLimit(limits.answerFields),
  createLookupLimit(maxLookupsPerRequest),
  createWidthLimit(limits.aliases),
];

/**
 * All request rules of the gateway as one plugin with one listener: Apollo Server awaits every listener in turn at each
 * of ten steps, even without a hook for that step.
 */
export function createRequestRules(rules: RequestRules): ApolloServerPlugin<RequestContext> {
  const { maxLookupsPerRequest, limits, log, errorsAnswered } = rules;
  const checks = createOperationChecks(maxLookupsPerRequest, limits);
  const listener: GraphQLRequestListener<RequestContext> = {
    async didResolveOperation({ schema, document, operation, request: { variables = {} } }) {
      if (!operation) return;
      for (const check of checks) check({ schema, document, operation, variables });
    },
    async didEncounterErrors({ errors, contextValue }) {
      const level = logErrors(contextValue.log(), errors);
      if (contextValue.record) contextValue.record.level = level;
    },
    async willSendResponse(context) {
      const { response, queryHash, operation, contextValue, errors: thrown = [] } = context;
      const { errorCap, record, span, freshness, cost } = contextValue;
      limitErrors(response, limits.errors, errorCap.omitted);
      setStatus(response, contextValue.mediaType);
      if (errorCap.omitted > 0 && !thrown.some(isClientGone))
        errorsAnswered('ERRORS_OMITTED', errorCap.omitted);
      if (response.body.kind === 'single') {
        const { data, errors = [] } = response.body.singleResult;
        record?.answered({ queryHash, operation, data, errors });
        if (errors.length > 0) freshness?.failed();
      }
      if (cost) await addCost(response, cost);
      if (span) endOperation(span, context);
    },
  };
  return {
    async requestDidStart() {
      return listener;
    },
    async unexpectedErrorProcessingRequest({ error }) {
      logError(log, error);
    },
  };
}
