import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLDateTimeISO } from 'graphql-scalars';

/** The scalar `DateTime`, told as text at once: an object, `JSON.stringify` would ask for its text, at twice the cost. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  serialize: (value) => GraphQLDateTimeISO.serialize(value),
});
