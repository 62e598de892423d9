import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from './request-context.ts';

/** Adds `extensions.lookups` to the answer if the request asked for it with `x-explain: 1`. */
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
