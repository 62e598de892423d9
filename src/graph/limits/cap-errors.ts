import { defaultFieldResolver, isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';
import type { GraphContext } from '../graph-context.ts';

/** Puts every field that may be null under the request's cap of errors. Changes `schema`. */
export function capErrors(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isNonNullType(field.type)) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: GraphContext, info) => {
        const { errorCap } = context;
        let value: unknown;
        try {
          value = resolve(source, args, context, info);
        } catch (error) {
          return errorCap.orNull(error);
        }
        if (value instanceof Promise) return value.catch((error: unknown) => errorCap.orNull(error));
        return value instanceof Error ? errorCap.orNull(value) : value;
      };
    }
  }
  return schema;
}
