import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from './request-context.ts';

/** Puts what was gathered into `extensions.lookups` of the answer, where the request asked for it. */
export const explainLookups: ApolloServerPlugin<RequestContext> = {
  async requestDidStart({ contextValue: { explanation } }) {
    if (!explanation) return;
    return {
      async willSendResponse({ response: { body } }) {
        if (body.kind !== 'single') return;
        const { singleResult } = body;
        singleResult.extensions = { ...singleResult.extensions, lookups: explanation.lookups() };
      },
    };
  },
};
