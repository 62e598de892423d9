import type { ApolloServerPlugin } from '@apollo/server';
import { defaultFieldResolver, isObjectType, type GraphQLSchema } from 'graphql';
import { lookupOf } from './looks-up.decorator.ts';
import type { RequestContext } from '../request-context.ts';

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

/** Has every field that looks something up say so, where the request wants it explained. Changes `schema`. */
export function noteLookups(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    for (const field of isObjectType(type) ? Object.values(type.getFields()) : []) {
      const lookup = lookupOf(field);
      if (!lookup) continue;
      const { loader, by } = lookup;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source: Readonly<Record<string, unknown>> | undefined, args, context, info) => {
        const { explanation } = context as RequestContext;
        explanation?.asked(info.path, loader, args[by] ?? source?.[by]);
        return resolve(source, args, context, info);
      };
    }
  }
  return schema;
}
