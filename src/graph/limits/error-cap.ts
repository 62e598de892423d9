import { defaultFieldResolver, isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../request-context.ts';

/** How many failed fields of one request still get an entry in `errors`. The others are null, and counted. */
export interface ErrorCap {
  /** Fields that failed without an entry. */
  readonly omitted: number;
  /** Takes one entry; false where none is left. */
  admits(): boolean;
  /** Null in place of an error that gets no entry. @throws `error` where it gets one. */
  orNull(error: unknown): null;
}

/**
 * A list repeats one failure for each of its items. An error costs a hundred times what its item does: it is located,
 * logged and formatted. So those that `MAX_ERRORS` would cut from the answer are not made.
 */
export function createErrorCap(maxErrors: number): ErrorCap {
  let left = maxErrors;
  let omitted = 0;
  function admits(): boolean {
    if (left === 0) {
      omitted += 1;
      return false;
    }
    left -= 1;
    return true;
  }
  return {
    get omitted() {
      return omitted;
    },
    admits,
    orNull(error) {
      if (admits()) throw error;
      return null;
    },
  };
}

/** Puts every field that may be null under the request's cap. Changes `schema`. */
export function capErrors(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isNonNullType(field.type)) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: RequestContext, info) => {
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
